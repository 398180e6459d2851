/*
 * Reads what the log hands out, and checks it: signed notes, keys, checkpoints, proofs.
 *
 * What must not be broken: whatever the project's own verifier refuses (journal/note.py, checkpoint.py, proof.py,
 * merkle.py) is refused here. Malformed input is a `Refused` with a Chinese sentence, never another error.
 *
 * A classic script, not a module: browsers do not load modules from file://, and this page must also run from a
 * stick, without a network. Its names go into `globalThis.mingzhang`, so Node's require() reads it as it stands.
 *
 * Source: C2SP signed-note, tlog-checkpoint and tlog-proof; RFC 6962 section 2.1; RFC 9162 section 2.1.3; RFC 8032.
 */
"use strict";
(() => {
  const SIGNATURES_MAX = 100;
  const PATH_MAX = 63;
  const HASH_BYTES = 32;
  const NUMBER_MAX = 2n ** 63n - 1n;
  const ED25519 = 0x01;
  const COSIGNATURE_V1 = 0x04;
  const PROOF_HEADER = "c2sp.org/tlog-proof@v1";

  // The spaces are those of Unicode, named one by one: JavaScript's \s is another set.
  const NAME = /^[^+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u;
  const KEY_TEXT = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u;
  const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;
  const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
  const CONTROLS = /[\x00-\x09\x0b-\x1f]/;

  /** What was given is wrong; the message says why, in Chinese. */
  class Refused extends Error {}

  /** This browser, or something not given, keeps a check from being made; nothing is known to be wrong. */
  class Missing extends Error {}

  // Bytes

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
  const utf8 = (text) => new TextEncoder().encode(text);

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** The text of bytes that are valid UTF-8; a byte order mark stays in it. */
  function decodeText(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new Refused("不是有效的文字（UTF-8 编码有误）。");
    }
  }

  /** Bytes of canonical base64 (RFC 4648 section 4, padded). */
  function decodeBase64(text) {
    if (!BASE64.test(text) || text.length % 4 !== 0) {
      throw new Refused("有一段编码（base64）不完整，或混进了别的字符。");
    }
    const raw = atob(text);
    // Encoding again and comparing refuses unused bits that are not zero.
    if (btoa(raw) !== text) {
      throw new Refused("有一段编码（base64）不是规定的写法。");
    }
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  }

  const encodeBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

  function readDecimal(text) {
    if (!DECIMAL.test(text) || BigInt(text) > NUMBER_MAX) {
      throw new Refused(`“${text.slice(0, 40)}”不是规定写法的数。`);
    }
    return BigInt(text);
  }

  // Hashes and signatures, computed by the browser

  function subtle() {
    if (globalThis.crypto?.subtle) {
      return globalThis.crypto.subtle;
    }
    throw new Missing(
      globalThis.isSecureContext === false
        ? "浏览器只在 https 网址或本机文件里才肯计算指纹和签名。请把本页和它的几个附带文件存到电脑上，再打开。"
        : "这个浏览器太旧，不会计算指纹和签名，请换一个新的浏览器。",
    );
  }

  async function sha256(...parts) {
    return new Uint8Array(await subtle().digest("SHA-256", joined(...parts)));
  }

  const P = 2n ** 255n - 19n;
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  // The y coordinates of the eight points of small order; both signs of x are refused.
  const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
  const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, ORDER_8_Y, P - ORDER_8_Y]);

  const littleEndian = (bytes) => BigInt(`0x${hex(bytes.slice().reverse())}`);

  function isStrictPoint(bytes) {
    const y = littleEndian(bytes) & (2n ** 255n - 1n);
    return y < P && !SMALL_ORDER_Y.has(y);
  }

  /**
   * Whether `signature` (64 bytes) is the key's (32 bytes) over `message`, by libsodium's strict rule.
   *
   * Browsers should follow it too (Web Crypto, Ed25519 "verify": no small-order points, the equation without the
   * cofactor), but several leave those checks to OpenSSL or BoringSSL, which accept more; so they are made here.
   */
  async function verifyEd25519(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) {
      return false;
    }
    if (!isStrictPoint(publicKey) || !isStrictPoint(signature.slice(0, 32)) || littleEndian(signature.slice(32)) >= L) {
      return false;
    }
    const engine = subtle();
    let key;
    try {
      key = await engine.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return false; // no point of the curve; that the browser knows Ed25519 at all, `requireEd25519` has seen
    }
    return engine.verify({ name: "Ed25519" }, key, signature, message);
  }

  // RFC 8032 section 7.1, test 1: the empty message.
  const KNOWN_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  const KNOWN_SIGNATURE = "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";

  /** Throws Missing unless this browser verifies a known Ed25519 signature, and refuses it over another message. */
  async function requireEd25519() {
    const engine = subtle();
    const signature = decodeBase64(KNOWN_SIGNATURE);
    let works = false;
    try {
      const key = await engine.importKey("raw", decodeBase64(KNOWN_KEY), { name: "Ed25519" }, false, ["verify"]);
      works =
        (await engine.verify({ name: "Ed25519" }, key, signature, new Uint8Array())) &&
        !(await engine.verify({ name: "Ed25519" }, key, signature, new Uint8Array(1)));
    } catch {
      works = false;
    }
    if (!works) {
      throw new Missing("这个浏览器不会核对 Ed25519 签名，请换一个新的浏览器，或请人在别的电脑上核对。");
    }
  }

  // Signed notes and keys

  function requireName(name) {
    if (!NAME.test(name)) {
      throw new Refused("签名人的名字是空的，或含有空格、加号、控制字符。");
    }
  }

  function readSignature(line) {
    if (!line.startsWith("— ")) {
      throw new Refused("签名行应当以“— ”（破折号和一个空格）开头。");
    }
    const rest = line.slice(2);
    const space = rest.indexOf(" ");
    const name = space < 0 ? rest : rest.slice(0, space);
    const decoded = decodeBase64(space < 0 ? "" : rest.slice(space + 1));
    requireName(name);
    if (decoded.length < 5) {
      throw new Refused(`${name} 的签名不完整。`);
    }
    return { name, keyId: decoded.slice(0, 4), signature: decoded.slice(4) };
  }

  /** `{text, signatures}` of the bytes of a signed note; nothing is verified. `text` ends in a newline. */
  function readNote(bytes) {
    const whole = decodeText(bytes);
    const blank = whole.lastIndexOf("\n\n");
    if (blank < 0) {
      throw new Refused("没有找到隔开正文和签名的空行，这不是一份带签名的记录。");
    }
    const text = whole.slice(0, blank + 1);
    const block = whole.slice(blank + 2);
    if (!block.endsWith("\n")) {
      throw new Refused("最后一行签名没有写完（缺换行）。");
    }
    if (CONTROLS.test(text)) {
      throw new Refused("正文里有不允许的控制字符。");
    }
    const lines = block.slice(0, -1).split("\n");
    if (lines.length > SIGNATURES_MAX) {
      throw new Refused(`签名超过 ${SIGNATURES_MAX} 行。`);
    }
    return { text, signatures: lines.map(readSignature) };
  }

  /** `{name, publicKey, keyId}` of a verifier key text `<name>+<8 hex>+<base64>`, if it is an Ed25519 key. */
  async function readKey(text) {
    const match = KEY_TEXT.exec(text);
    if (match === null) {
      throw new Refused("公钥应当写成“名字+八位编号+一串字母数字”。");
    }
    const [, name, id, encoded] = match;
    const decoded = decodeBase64(encoded);
    requireName(name);
    const keyId = (await sha256(utf8(`${name}\n`), decoded)).slice(0, 4);
    if (hex(keyId) !== id) {
      throw new Refused("公钥里有字抄错了：它的编号和内容对不上。");
    }
    if (decoded[0] === COSIGNATURE_V1) {
      throw new Refused("这是见证人的公钥，不能用在这里。");
    }
    if (decoded[0] !== ED25519 || decoded.length !== 33) {
      throw new Refused("这种公钥本页不认识，只认 Ed25519。");
    }
    return { name, publicKey: decoded.slice(1), keyId };
  }

  /** Throws Refused unless the key signed the note, and every line that claims to be the key's verifies. */
  async function requireSigned(note, key) {
    const own = note.signatures.filter((line) => line.name === key.name && same(line.keyId, key.keyId));
    if (own.length === 0) {
      const names = [...new Set(note.signatures.map((line) => line.name))].join("、");
      throw new Refused(`没有这把公钥（${key.name}，编号 ${hex(key.keyId)}）的签名；签名的是：${names}。`);
    }
    const message = utf8(note.text);
    for (const line of own) {
      if (!(await verifyEd25519(key.publicKey, message, line.signature))) {
        throw new Refused(`${key.name} 的签名不成立：不是这把密钥签的，或者签名之后文字被改过。`);
      }
    }
  }

  // Checkpoints and proofs

  /** `{origin, size, root}` of a checkpoint's text: exactly three lines. `size` is a BigInt. */
  function readCheckpoint(text) {
    const lines = text.split("\n");
    if (lines.length !== 4 || lines[3] !== "") {
      throw new Refused("检查点应当正好三行：账本名、记录条数、总指纹。");
    }
    requireName(lines[0]);
    const head = { origin: lines[0], size: readDecimal(lines[1]), root: decodeBase64(lines[2]) };
    if (head.root.length !== HASH_BYTES) {
      throw new Refused("检查点的总指纹长度不对。");
    }
    return head;
  }

  /** `{index, path, checkpoint}` of the bytes of a .tlog-proof file; `checkpoint` are bytes, nothing is verified. */
  function readProof(bytes) {
    const blank = bytes.findIndex((byte, at) => byte === 0x0a && bytes[at + 1] === 0x0a);
    const end = blank < 0 ? bytes.length : blank;
    const [header, index, ...path] = decodeText(bytes.slice(0, end)).split("\n");
    if (header !== PROOF_HEADER) {
      throw new Refused(`凭证的第一行应当是 ${PROOF_HEADER}。`);
    }
    if (index === undefined || !index.startsWith("index ")) {
      throw new Refused("凭证的第二行应当是 index 和索引。");
    }
    if (path.length > PATH_MAX) {
      throw new Refused(`凭证里的指纹超过 ${PATH_MAX} 个。`);
    }
    const proof = { index: readDecimal(index.slice(6)), path: path.map(decodeBase64) };
    if (proof.path.some((node) => node.length !== HASH_BYTES)) {
      throw new Refused("凭证里有一个指纹长度不对。");
    }
    return { ...proof, checkpoint: bytes.slice(end + 2) };
  }

  // The tree

  const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
  const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

  /** Throws Refused unless the leaf hash stands at `index` in the tree of `size` and `root` (BigInts, 32 bytes). */
  async function requireIncluded({ index, size, leaf, path, root }) {
    if (path.length > PATH_MAX || [leaf, root, ...path].some((node) => node.length !== HASH_BYTES)) {
      throw new Refused("指纹太多，或长度不对。");
    }
    if (index < 0n || index >= size) {
      throw new Refused(`凭证说这是索引 ${index}（从 0 起）的记录，可是检查点里共 ${size} 条。`);
    }
    let [fn, sn, r] = [index, size - 1n, leaf];
    for (const p of path) {
      if (sn === 0n) {
        throw new Refused("凭证里的指纹太多。");
      }
      if (fn & 1n || fn === sn) {
        r = await nodeHash(p, r);
        while (!(fn & 1n || fn === 0n)) {
          fn >>= 1n;
          sn >>= 1n;
        }
      } else {
        r = await nodeHash(r, p);
      }
      fn >>= 1n;
      sn >>= 1n;
    }
    if (sn !== 0n) {
      throw new Refused("凭证里的指纹太少。");
    }
    if (!same(r, root)) {
      throw new Refused("算到最后，和检查点的总指纹不一样：这份原文不是账本里的那一条，或者被改过。");
    }
  }

  globalThis.mingzhang = {
    ...globalThis.mingzhang,
    ...{ Refused, Missing, hex, utf8, decodeText, encodeBase64 },
    ...{ requireEd25519, verifyEd25519, readNote, readKey, requireSigned },
    ...{ readCheckpoint, readProof, leafHash, requireIncluded },
  };
})();
