/*
 * Reads the canonical line: one event as one line of RFC 8785 JSON, the text of its signed note.
 *
 * What must not be broken: one event has one spelling. The line is written again from what was read, and must come
 * out the same; so a doubled key, a changed order, another spelling of a number or a letter is refused, as
 * journal/line.py refuses it.
 */
"use strict";
(() => {
  const { Refused } = globalThis.mingzhang;

  const ENTRY_BYTES_MAX = 60 * 1024;
  const DEPTH_MAX = 500; // our Python reader gives up somewhat below 1,000; no event comes near
  const REQUIRED = ["at", "by", "cmd", "data", "on", "origin", "role", "seq", "stream", "type", "v"];
  const ALLOWED = [...REQUIRED, "cause", "postings"];

  const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  const FORMS = {
    by: new RegExp(`^${UUID}$`),
    cmd: /^[!-~]{1,128}$/,
    on: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
    role: /^[a-z][a-z_]*$/,
    stream: new RegExp(`^[a-z][a-z_]*/${UUID}$`),
    type: /^[a-z][a-z_]*\.[a-z][a-z_]*\/[1-9][0-9]*$/,
    at: /^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z$/,
    cause: new RegExp(`^[a-z][a-z_]*/${UUID}@[1-9][0-9]*$`),
  };
  const KEY = /^[a-z][a-z0-9_]*$/;
  const ACCOUNT = /^[a-z][a-z0-9-]*(:[A-Za-z0-9_.-]+)+$/;
  const COMMODITY = /^[A-Z][A-Za-z0-9_.-]*$/;
  const LONE_SURROGATE = /\p{Surrogate}/u;

  /** RFC 8785 of a JSON value with ASCII keys and integers below 2^53; anything else is Refused. */
  function canonical(value, depth = 0) {
    if (depth > DEPTH_MAX) {
      throw new Refused("记录的内容嵌套太深。");
    }
    if (value === null || typeof value === "boolean") {
      return String(value);
    }
    if (typeof value === "string") {
      if (LONE_SURROGATE.test(value)) {
        throw new Refused("记录里有半个字符。");
      }
      return JSON.stringify(value);
    }
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value)) {
        throw new Refused("记录里有小数，或者过大的数。");
      }
      return String(value);
    }
    if (Array.isArray(value)) {
      return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
    }
    const keys = Object.keys(value).sort();
    if (!keys.every((key) => KEY.test(key))) {
      throw new Refused("记录里有一项的名称不合规定。");
    }
    return `{${keys.map((key) => `"${key}":${canonical(value[key], depth + 1)}`).join(",")}}`;
  }

  function isDay(text) {
    const [year, month, day] = text.slice(0, 10).split("-").map(Number);
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
  }

  function isPosting(value) {
    if (!Array.isArray(value) || value.length !== 3) {
      return false;
    }
    const [account, commodity, amount] = value;
    const named = typeof account === "string" && ACCOUNT.test(account);
    return named && typeof commodity === "string" && COMMODITY.test(commodity) && Number.isSafeInteger(amount);
  }

  const arePostings = (value) => Array.isArray(value) && value.length > 0 && value.every(isPosting);

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  function requireEnvelope(fields) {
    const names = Object.keys(fields);
    if (!REQUIRED.every((name) => names.includes(name)) || !names.every((name) => ALLOWED.includes(name))) {
      throw new Refused("记录缺了规定的项目，或者多了别的项目。");
    }
    const fits = (name) => typeof fields[name] === "string" && FORMS[name].test(fields[name]);
    const wrong = names.filter((name) => name in FORMS && !fits(name));
    const days = ["at", "on"].filter((name) => !wrong.includes(name) && !isDay(fields[name]));
    const others = {
      v: fields.v === 1,
      seq: Number.isSafeInteger(fields.seq) && fields.seq >= 1,
      origin: typeof fields.origin === "string" && fields.origin !== "",
      data: isObject(fields.data),
      postings: !("postings" in fields) || arePostings(fields.postings),
    };
    wrong.push(...days, ...Object.keys(others).filter((name) => !others[name]));
    if (wrong.length > 0) {
      throw new Refused(`记录里这几项不合规定的写法：${wrong.join("、")}。`);
    }
  }

  /** The fields of a line (text with its final newline), if it is exactly as the journal writes it. */
  function readLine(text) {
    if (!text.endsWith("\n") || text.indexOf("\n") !== text.length - 1) {
      throw new Refused("记录的正文应当正好一行。");
    }
    if (globalThis.mingzhang.utf8(text).length > ENTRY_BYTES_MAX) {
      throw new Refused("记录太长。");
    }
    let fields;
    try {
      fields = JSON.parse(text);
    } catch {
      throw new Refused("记录的正文不是规定的格式（JSON）。");
    }
    if (!isObject(fields)) {
      throw new Refused("记录的正文不是规定的格式（JSON 对象）。");
    }
    if (`${canonical(fields)}\n` !== text) {
      throw new Refused("记录的写法不是规定的唯一写法（RFC 8785）。");
    }
    requireEnvelope(fields);
    return fields;
  }

  Object.assign(globalThis.mingzhang, { readLine, ENTRY_BYTES_MAX });
})();
