/*
 * The checks of one record, one after another, with what came of each in words for people.
 *
 * What must not be broken: the parts prove something only together. The record is hashed here, its hash is led up
 * the path, and the root at the end is the one in the checkpoint that the given key signed. A step whose
 * foundations have not passed is not run, and what was not run is never called passed.
 */
"use strict";
(() => {
  const { Refused, Missing, hex, utf8, encodeBase64, ENTRY_BYTES_MAX } = globalThis.mingzhang;
  const { requireEd25519, readNote, readKey, requireSigned, readCheckpoint, readProof } = globalThis.mingzhang;
  const { leafHash, requireIncluded, readLine } = globalThis.mingzhang;
  if (readLine === undefined) {
    throw new Error("verify-line.js is missing"); // before the page offers a check that would break half-way
  }

  const PASSED = "通过";
  const FAILED = "不通过";
  const NOT_RUN = "未执行";
  const INCOMPLETE = "没有核对完";

  /** The steps so far. Each work returns [what later steps build on, what to say], or throws Refused or Missing. */
  class Course {
    steps = [];

    async step(title, foundations, work, { optional = false } = {}) {
      const step = { number: this.steps.length + 1, title, optional };
      this.steps.push(step);
      const lacking = foundations.filter((earlier) => earlier.outcome !== PASSED);
      if (lacking.length > 0) {
        const numbers = lacking.map((earlier) => earlier.number).join("、");
        return Object.assign(step, { outcome: NOT_RUN, said: `要等第 ${numbers} 步通过，才能做这一步。` });
      }
      try {
        const [result, said] = await work(...foundations.map((earlier) => earlier.result));
        return Object.assign(step, { outcome: PASSED, result, said });
      } catch (error) {
        if (!(error instanceof Refused || error instanceof Missing)) {
          throw error;
        }
        return Object.assign(step, { outcome: error instanceof Refused ? FAILED : NOT_RUN, said: error.message });
      }
    }
  }

  /** What was given: bytes or text; null is missing; a Refused (say, an unreadable file) fails the step. */
  function given(value, name) {
    if (value === null) {
      throw new Missing(`还没有给出${name}。`);
    }
    if (value instanceof Refused) {
      throw value;
    }
    return value;
  }

  function entryNote(entry) {
    if (entry.length > ENTRY_BYTES_MAX) {
      throw new Refused(`原文有 ${entry.length} 字节，超过规定的 ${ENTRY_BYTES_MAX}。`);
    }
    if (startsWith(entry, "c2sp.org/tlog-proof")) {
      throw new Refused("这是凭证，不是原文：两个文件是不是选反了？");
    }
    const note = readNote(entry);
    if (note.signatures.length !== 1) {
      throw new Refused(`一条记录应当正好一个签名，这里有 ${note.signatures.length} 个。`);
    }
    return note;
  }

  function proofParts(proof) {
    if (startsWith(proof, "{")) {
      throw new Refused("这不是凭证，像是原文：两个文件是不是选反了？");
    }
    return readProof(proof);
  }

  const startsWith = (bytes, text) => utf8(text).every((byte, at) => bytes[at] === byte);

  const keyNameOf = (line) => `${line.origin}/${line.role}/${line.by}`;

  function entryLine(note) {
    const line = readLine(note.text);
    const signer = note.signatures[0].name;
    if (signer !== keyNameOf(line)) {
      throw new Refused(`记录写的经办人是 ${keyNameOf(line)}，签名的却是 ${signer}。`);
    }
    return line;
  }

  function checkpointParts(bytes) {
    const note = readNote(bytes);
    return { note, head: readCheckpoint(note.text) };
  }

  /** The head of the checkpoint, if the log's own key signed it. */
  async function signedHead({ note, head }, key) {
    await requireSigned(note, key);
    if (head.origin !== key.name) {
      throw new Refused(`检查点属于账本 ${head.origin}，公钥却是 ${key.name} 的。`);
    }
    const others = note.signatures.filter((line) => line.name !== key.name).length;
    const said = others > 0 ? `另有 ${others} 行别人的签名（例如见证人），本页没有核对。` : "没有见证人的签名。";
    return [head, `确实是账本 ${key.name} 的密钥签的。${said}`];
  }

  function sameLog(line, head) {
    if (line.origin !== head.origin) {
      throw new Refused(`记录写的账本是 ${line.origin}，检查点却是 ${head.origin} 的。`);
    }
    return [line, `记录和检查点都属于 ${head.origin}。`];
  }

  const signedBy = (actorKey) => async (note, line) => {
    if (actorKey === null) {
      throw new Missing("没有给出经办人公钥，所以没有核对是谁签的。这一步可以不做。");
    }
    const key = await readKey(actorKey);
    if (key.name !== keyNameOf(line)) {
      throw new Refused(`这把公钥是 ${key.name} 的，不是这条记录的经办人 ${keyNameOf(line)} 的。`);
    }
    await requireSigned(note, key);
    return [key, `确实是 ${key.name}（编号 ${hex(key.keyId)}）签的。`];
  };

  /**
   * Check a record. `entry` and `proof` are the bytes of the two files, `logKey` and `actorKey` key texts; null is
   * what was not given, a Refused is what could not be read. Only `actorKey` may stay out. Never rejects for bad
   * input. Returns `{verdict, steps, line, head, index}`; the last three only as far as their steps passed.
   */
  async function check({ entry, proof, logKey, actorKey }) {
    const course = new Course();
    const engine = await course.step("这个浏览器会不会核对签名", [], async () => {
      await requireEd25519();
      return [true, "会。先用一个公开的例子试过。"];
    });
    const note = await course.step("原文的格式", [], () => [entryNote(given(entry, "原文")), "一段正文，一个签名。"]);
    const line = await course.step("原文的内容", [note], (parsed) => {
      const fields = entryLine(parsed);
      return [fields, `项目齐全，写法唯一。编号 ${fields.stream}@${fields.seq}。`];
    });
    const key = await course.step("账本公钥", [], async () => {
      const parsed = await readKey(given(logKey, "账本公钥"));
      return [parsed, `${parsed.name}，编号 ${hex(parsed.keyId)}。请把整串公钥与张贴的比对。`];
    });
    const parts = await course.step("凭证的格式", [], () => {
      const parsed = proofParts(given(proof, "凭证"));
      return [parsed, `索引 ${parsed.index}（从 0 起），带 ${parsed.path.length} 个指纹。`];
    });
    const checkpoint = await course.step("检查点的格式", [parts], ({ checkpoint: bytes }) => {
      const parsed = checkpointParts(bytes);
      return [parsed, `账本共 ${parsed.head.size} 条记录，总指纹 ${encodeBase64(parsed.head.root)}。`];
    });
    const head = await course.step("检查点的签名", [checkpoint, key, engine], signedHead);
    const log = await course.step("同一本账", [line, head], sameLog);
    const leaf = await course.step("原文的指纹", [], async () => {
      const hash = await leafHash(given(entry, "原文"));
      return [hash, `算出来是 ${encodeBase64(hash)}。`];
    });
    const place = await course.step("原文在账本里", [leaf, parts, head], async (hash, { index, path }, { size, root }) => {
      await requireIncluded({ index, size, leaf: hash, path, root });
      return [index, "从原文的指纹一步步算上去，正好得到检查点的总指纹。"];
    });
    const optional = actorKey === null;
    await course.step("经办人的签名", [note, line, engine], signedBy(actorKey), { optional });
    return {
      verdict: verdictOf(course.steps),
      steps: course.steps.map(({ number, title, outcome, said }) => ({ number, title, outcome, said })),
      line: log.result,
      head: head.result,
      index: place.result,
    };
  }

  function verdictOf(steps) {
    if (steps.some((step) => step.outcome === FAILED)) {
      return FAILED;
    }
    return steps.every((step) => step.outcome === PASSED || step.optional) ? PASSED : INCOMPLETE;
  }

  Object.assign(globalThis.mingzhang, { check, PASSED, FAILED, NOT_RUN, INCOMPLETE });
})();
