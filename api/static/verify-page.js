/*
 * The page around the checks: takes what people give, shows what came of it. Everything given is shown as text.
 *
 * What must not be broken: whatever goes wrong here, the page never says more than was checked.
 */
"use strict";
(() => {
  const { Refused, check, utf8, PASSED, FAILED, NOT_RUN, INCOMPLETE } = globalThis.mingzhang;

  const FILE_BYTES_MAX = 2 ** 20;
  const MARKS = { [PASSED]: "✓", [FAILED]: "✗", [NOT_RUN]: "○", [INCOMPLETE]: "○" };
  const LOOKS = { [PASSED]: "passed", [FAILED]: "failed", [NOT_RUN]: "not-run", [INCOMPLETE]: "incomplete" };
  const VERDICTS = {
    [PASSED]: "通过：这条记录在账本里，没有被改过",
    [FAILED]: "不通过：对不上",
    [INCOMPLETE]: "没有核对完：这不是通过",
  };

  const at = (id) => document.getElementById(id);

  function element(tag, text, look = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = look;
    return made;
  }

  // What is given

  /** A file and a box for text, of which the one touched last counts. */
  class Source {
    constructor(name) {
      this.file = at(`${name}-file`);
      this.text = at(`${name}-text`);
      this.state = at(`${name}-state`);
      this.file.addEventListener("change", () => {
        const chosen = this.file.files[0];
        this.text.value = "";
        this.state.textContent = chosen ? `已选：${chosen.name}（${chosen.size} 字节）` : "";
      });
      this.text.addEventListener("input", () => {
        this.file.value = "";
        this.state.textContent = this.text.value ? "已粘贴文字。" : "";
      });
    }

    /** The bytes; null if nothing was given; a Refused if the file cannot be read. */
    async bytes() {
      const chosen = this.file.files[0];
      if (!chosen) {
        const text = this.text.value.replace(/\n+$/, "");
        // Copying loses or adds newlines at the end; every format here ends in exactly one.
        return text === "" ? null : utf8(`${text}\n`);
      }
      if (chosen.size > FILE_BYTES_MAX) {
        return new Refused("这个文件太大，不会是原文或凭证。是不是选错了？");
      }
      try {
        return new Uint8Array(await chosen.arrayBuffer());
      } catch {
        return new Refused("这个文件读不出来，请重新选一次。");
      }
    }
  }

  // Who copies a key from paper breaks the line; a key itself holds no space.
  const keyText = (id) => at(id).value.replace(/\s/g, "") || null;

  /** Fill in keys that come with the address, as `#log=<key>&actor=<key>` (each percent-encoded or not). */
  function readAddress() {
    for (const part of location.hash.slice(1).split("&")) {
      const [, name, value] = /^(log|actor)=(.+)$/.exec(part) ?? [];
      if (name) {
        at(`${name}-key`).value = decoded(value);
        at("from-address").hidden = false;
      }
    }
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // not percent-encoded after all; reading the key will say what is wrong with it
    }
  }

  // What is shown

  function showStep({ number, title, outcome, said }) {
    const item = element("li", "", LOOKS[outcome]);
    const mark = element("span", `${MARKS[outcome]} ${outcome}`, "mark");
    item.append(mark, element("span", `${number}. ${title}`, "title"), element("p", said, "said"));
    return item;
  }

  function adviceOn({ verdict, steps, head, index }) {
    if (verdict === PASSED) {
      const alone = steps.some((step) => step.outcome === NOT_RUN) ? "没有核对是谁签的。" : "经办人的签名也对。";
      return `它是账本 ${head.origin} 里索引 ${index}（从 0 起）的记录，检查点共 ${head.size} 条。${alone}`;
    }
    const wrong = steps.filter((step) => step.outcome === FAILED).map((step) => `第 ${step.number} 步`);
    return verdict === FAILED
      ? `${wrong.join("、")}不通过。先看看是不是选错了文件、抄错了公钥；都没有错，就不要相信这份材料，把文件留好，告诉审计。`
      : "缺了东西，或者这个浏览器算不了。原因写在下面。";
  }

  function inChina(instant) {
    const [day, time] = new Date(Date.parse(`${instant.slice(0, 19)}Z`) + 8 * 3600 * 1000).toISOString().split("T");
    return `${day} ${time.slice(0, 8)}（北京时间）`;
  }

  function showRecord(line) {
    const facts = [
      ["编号", `${line.stream}@${line.seq}`],
      ["种类", line.type],
      ["记入时间", inChina(line.at)],
      ["生效日期", line.on],
      ["经办人", `${line.role}/${line.by}`],
      ...(line.cause === undefined ? [] : [["起因", line.cause]]),
      ...(line.postings ?? []).map(([account, commodity, amount]) => ["分录", `${account} ${amount} ${commodity}`]),
    ];
    at("facts").replaceChildren(...facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
    at("details").textContent = JSON.stringify(line.data, null, 2);
  }

  function show(result) {
    const { verdict, steps, line, index } = result;
    const known = line !== undefined && index !== undefined;
    at("record").hidden = !known;
    if (known) {
      showRecord(line);
    }
    at("outcome").className = LOOKS[verdict];
    at("verdict").textContent = `${MARKS[verdict]} ${VERDICTS[verdict]}`;
    at("advice").textContent = adviceOn(result);
    at("steps").replaceChildren(...steps.map(showStep));
    at("outcome").hidden = false;
    at("verdict").focus();
  }

  function showFailure(error) {
    const said = `本页自己出了错（${error.name}），核对没有做完。请换一个浏览器再试。`;
    const step = { number: 1, title: "核对", outcome: NOT_RUN, said };
    show({ verdict: INCOMPLETE, steps: [step] });
  }

  // The order of things

  let latest = 0; // what is shown belongs to what was asked last

  const forget = () => {
    latest += 1;
    at("outcome").hidden = true;
  };

  async function run(entry, proof) {
    forget();
    const asked = latest;
    const inputs = { entry: await entry.bytes(), proof: await proof.bytes() };
    const result = await check({ ...inputs, logKey: keyText("log-key"), actorKey: keyText("actor-key") });
    if (asked === latest) {
      show(result);
    }
  }

  function start() {
    const sources = [new Source("entry"), new Source("proof")];
    at("form").addEventListener("input", forget); // an old answer must not stand beside new questions
    at("form").addEventListener("submit", (event) => {
      event.preventDefault();
      run(...sources).catch(showFailure);
    });
    at("form").addEventListener("reset", () => {
      forget();
      at("from-address").hidden = true;
      sources.forEach((source) => (source.state.textContent = ""));
    });
    readAddress();
    globalThis.addEventListener("hashchange", () => {
      forget();
      readAddress();
    });
    at("check").disabled = false;
    at("ready").textContent = "";
  }

  // A file that was not carried along leaves `check` undefined: the page then keeps its first sentence.
  if (check !== undefined) {
    start();
  }
})();
