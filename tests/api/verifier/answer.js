/*
 * Answers the tests' questions with the page's own functions, in Node and in a browser alike.
 *
 * A question is [function, argument, ...]; bytes are {hex}, large numbers {number}. An answer is {yes: value},
 * {refused: message} or {missing: message}; any other error is a bug and ends the run.
 */
"use strict";

async function answer(questions) {
  const own = globalThis.mingzhang;

  function received(value) {
    if (value === null || typeof value !== "object") {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map(received);
    }
    if ("hex" in value) {
      return Uint8Array.from(value.hex.match(/../g) ?? [], (two) => parseInt(two, 16));
    }
    if ("number" in value) {
      return BigInt(value.number);
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, received(item)]));
  }

  function sent(value) {
    if (value instanceof Uint8Array) {
      return { hex: own.hex(value) };
    }
    if (typeof value === "bigint") {
      return { number: String(value) };
    }
    if (Array.isArray(value)) {
      return value.map(sent);
    }
    if (value === null || typeof value !== "object") {
      return value ?? null;
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, sent(item)]));
  }

  const composed = {
    verifyNote: async (bytes, keyText) => {
      const note = own.readNote(bytes);
      await own.requireSigned(note, await own.readKey(keyText));
      return note;
    },
    readCheckpointBytes: (bytes) => own.readCheckpoint(own.decodeText(bytes)),
    readLineBytes: (bytes) => own.readLine(own.decodeText(bytes)),
  };

  async function one([name, ...given]) {
    try {
      return { yes: sent(await (composed[name] ?? own[name])(...given.map(received))) };
    } catch (error) {
      if (error instanceof own.Refused) {
        return { refused: error.message };
      }
      if (error instanceof own.Missing) {
        return { missing: error.message };
      }
      throw error;
    }
  }

  const answers = [];
  for (const question of questions) {
    answers.push(await one(question));
  }
  return answers;
}
