/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search box: names as core/gpu_name.c reads them and db/search_grade.c compares them, PCI IDs, and lines of logs. */
"use strict";
(() => {
  const form = document.getElementById("search");
  const input = document.getElementById("q");
  const list = document.getElementById("hits");
  const said = document.getElementById("said");
  const root = form.dataset.root;
  const most = 12;
  let index = null;
  let loading = null;
  let chosen = -1;
  let leftOut = []; /* words of the last search that no name has */

  /* ---- names ---- */

  function parse(text) {
    const tokens = [...text.slice(0, 1000).toLowerCase().replaceAll("(r)", "   ").matchAll(/[0-9]+|[a-z]+/g)].slice(0, 64);
    const words = [];
    let modelSeen = false;
    for (let at = 0; at < tokens.length && words.length < 24;) {
      const glued = at > 0 && tokens[at - 1].index + tokens[at - 1][0].length === tokens[at].index;
      let used = 0;
      let word = { text: tokens[at][0], kind: "model", glued };
      for (let n = Math.min(3, tokens.length - at); n && !used; n--) {
        const phrase = tokens.slice(at, at + n).map((t) => t[0]);
        const kind = index.known.get(phrase.join(" "));
        if (kind) {
          used = kind === "model" ? 1 : n;
          word = { text: phrase.slice(0, used).join(""), kind, glued };
        }
      }
      if (!used && /^[0-9]{1,4}$/.test(tokens[at][0]) && at + 1 < tokens.length) {
        const unit = tokens[at + 1][0];
        const near = tokens[at].index + tokens[at][0].length === tokens[at + 1].index;
        if (/^(mb|gb|gib)$/.test(unit) || (unit === "go" && modelSeen && tokens[at][0].length < 3) || (unit === "g" && near && tokens[at][0].length < 3)) {
          word = { text: tokens[at][0] + (unit === "mb" ? "mb" : "gb"), kind: "memory", glued };
          used = 2;
        }
      }
      word.digit = /[0-9]/.test(word.text);
      if (word.kind === "line" && modelSeen) word.kind = "model";
      modelSeen ||= word.kind === "model" && word.digit;
      words.push(word);
      at += used || 1;
    }
    return words;
  }

  function prepare(data) {
    index = data;
    data.known = new Map();
    for (const [kind, words] of Object.entries(data.words)) for (const word of words.split("|")) data.known.set(word, kind);
    data.places = new Map();
    const vendors = { 1002: "amd ati", "10de": "nvidia", 8086: "intel", "102b": "matrox" };
    data.vendorOf = (row) => (vendors[data.gpus[row.number][0].slice(0, 4)] || "").split(" ");
    let standing = 0; /* how likely a name is meant, of those that fit as well: a 0 parts them */
    data.rows = data.names.flatMap((entry, order) => {
      if (!entry) {
        standing++;
        return [];
      }
      const [product, number, form, name, ofProcessor] = entry;
      const chip = name && name.includes("|") ? name.split("|")[1] : data.gpus[number][1].toLowerCase();
      const words = name && name[0] === "|" ? [] : parse(ofProcessor ? name : product);
      const row = { product, number, form, ofProcessor, standing, order, words, chip: chip.match(/[a-z0-9]+/g) || [] };
      study(row);
      for (const text of [...words.map((word) => word.text), ...row.chip]) {
        if (!data.places.has(text)) data.places.set(text, []);
        const rows = data.places.get(text);
        if (rows[rows.length - 1] !== row) rows.push(row);
      }
      return [row];
    });
    data.patterns = data.symptoms.flatMap(([id, words, pattern, harmless]) => {
      if (!words) return [{ id, words: [] }]; /* no line alone shows it */
      try {
        return [{ id, harmless, words: words.toLowerCase().split("|"), pattern: new RegExp(pattern, "i") }];
      } catch {
        return []; /* PCRE2 knows more than this browser */
      }
    });
  }

  const isCard = (form) => form === "desktop" || form === "server" || form === "either";
  const count = (counts, text) => counts.get(text) || 0;

  /* How often each word is there; each word learns how often it was up to itself. */
  function countWords(words) {
    const counts = new Map();
    for (const word of words) counts.set(word.text, (word.nth = count(counts, word.text) + 1));
    return counts;
  }

  /* What of a name is the same whatever was asked. */
  function study(row) {
    const of = (kind) => row.words.filter((word) => word.kind === kind);
    row.counts = countWords(row.words);
    row.models = of("model");
    row.counted = row.models.length ? row.models : row.words;
    row.noise = of("noise");
    row.titles = row.words.filter((word) => word.kind === "brand" || word.kind === "line");
    row.memory = of("memory")[0];
    row.isMobile = of("mobile").length > 0;
    row.statesMemory = row.memory && !row.counts.has("rev") ? 1 : 0;
  }

  /* What was asked, ready to be compared with thousands of names. */
  function prepareQuestion(words) {
    const counts = countWords(words);
    const wanted = words.filter((word) => word.kind === "memory" && word.digit && !word.text.includes("ddr")).map((word) => word.text);
    const pieces = words.map((word, i) => {
      let last = i;
      let piece = word.text;
      while (!word.glued && last + 1 < words.length && words[last + 1].glued) piece += words[++last].text;
      return { piece, last };
    });
    return { words, counts, wanted, pieces };
  }

  /* Words of a model that stand together stay neighbours: the 550X is not the X550. */
  function keepsOrder(asked, row) {
    return asked.words.every((word, i) => {
      const before = asked.words[i - 1];
      if (!word.glued || word.kind !== "model" || !before || before.kind !== "model" || !row.counts.has(before.text) || !row.counts.has(word.text)) return true;
      return row.words.some((other, k) => k && other.text === word.text && row.words[k - 1].text === before.text);
    });
  }

  /* Two lists of numbers to sort by, the first that differs decides, with the chip between them; null: it is no answer. */
  function grade(asked, row, wantsMobile) {
    let missing = 0;
    let lacksDdr = 0;
    let isOdd = 0;
    let lacksForm = false;
    let usesProduct = false;
    let usesChip = false;
    let wholeChip = row.chip.length > 0 && asked.counts.has(row.chip[0]);
    for (let i = 0; i < asked.words.length; i++) {
      const word = asked.words[i];
      const { piece, last } = asked.pieces[i];
      if (last > i && row.chip.includes(piece)) {
        wholeChip = true;
        i = last;
      } else if (word.nth <= count(row.counts, word.text)) {
        usesProduct ||= word.kind === "model";
      } else if (word.kind === "model") {
        if (!row.chip.includes(word.text)) return null;
        usesChip = true;
      } else if (word.kind === "brand" || word.kind === "line") {
        if (!row.words.some((other) => word.text.length > 3 && other.text.startsWith(word.text))) return null;
      } else if (word.kind === "vendor") {
        if (!index.vendorOf(row).includes(word.text)) return null;
      } else if (word.kind === "maker" || word.kind === "noise") {
        missing++;
      } else if (word.kind === "mobile") {
        lacksForm = true;
        isOdd = row.counts.has("maxq") ? 1 : 0;
      } else if (word.text.includes("ddr")) {
        lacksDdr = 1;
      }
    }
    if (!keepsOrder(asked, row)) return null;
    let extra = 0;
    if (usesProduct) for (const word of row.counted) extra += word.nth > count(asked.counts, word.text) ? 1 : 0;
    else extra = row.counted.some((word) => word.nth > count(asked.counts, word.text)) || !row.words.length ? 24 : 0;
    const size = !asked.wanted.length ? 0 : row.memory ? (asked.wanted.includes(row.memory.text) ? 0 : 2) : 1;
    const isCalledSo = row.isMobile && !lacksForm; /* a card that is called Max-Q */
    const fits = wantsMobile ? !isCard(row.form) || row.form === "either" || isCalledSo : !row.isMobile || isCard(row.form);
    const tier = extra || size === 2 || (usesChip && !wholeChip) ? 2 : fits ? 0 : 1;
    const literal = tier === 0 && row.titles.every((word) => asked.counts.has(word.text));
    let noise = 0;
    for (const word of row.noise) noise += asked.counts.has(word.text) ? 0 : 1;
    return {
      first: [tier, extra, row.ofProcessor ? 1 : 0, size, lacksDdr, missing, fits ? (row.form === "mobile" ? 1 : 0) : 2, literal ? 0 : 1, row.standing, row.statesMemory],
      then: [noise, isOdd, row.order],
    };
  }

  /* Of two chips of one vendor: see compare_chips in db/search_rank.c. */
  function compareChips(x, y) {
    const [a, b] = [index.gpus[x.number], index.gpus[y.number]];
    return a[0].slice(0, 4) !== b[0].slice(0, 4) || a[1] === b[1] ? 0 : a[1] > b[1] ? -1 : 1;
  }

  function compareNumbers(x, y) {
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i] - y[i];
    return 0;
  }

  /* The rows that have all words of the model; the last one may be half typed. */
  function candidates(asked, prefix) {
    let decisive = asked.filter((word) => word.kind === "model");
    if (!decisive.length) decisive = asked.filter((word) => word.kind === "brand" || word.kind === "line" || word.kind === "vendor");
    let rows = null;
    for (const word of decisive) {
      let found = index.places.get(word.text) || [];
      if (prefix && word === asked[asked.length - 1])
        found = [...new Set([...index.places.keys()].filter((text) => text.startsWith(word.text)).flatMap((text) => index.places.get(text)))];
      if (word.kind === "vendor") found = index.rows.filter((row) => index.vendorOf(row).includes(word.text));
      const set = new Set(found);
      rows = rows ? rows.filter((row) => set.has(row)) : found;
    }
    return rows || [];
  }

  function glueChips(asked) {
    const joined = [];
    for (const word of asked) {
      const last = joined[joined.length - 1];
      if (word.glued && last && index.places.has(last.text + word.text) && !index.places.has(word.text)) last.text += word.text;
      else joined.push({ ...word });
    }
    return joined;
  }

  function searchNames(text) {
    let asked = glueChips(parse(text));
    const atNumber = (i) => (asked[i].glued && asked[i - 1].digit) || (asked[i + 1] && asked[i + 1].glued && asked[i + 1].digit);
    let kept = asked.filter((word, i) => word.kind !== "model" || word.digit || atNumber(i) || index.places.has(word.text));
    if (!kept.length) kept = asked;
    leftOut = asked.filter((word) => !kept.includes(word)).map((word) => word.text);
    const wantsMobile = kept.some((word) => word.kind === "mobile");
    const isTelling = !leftOut.length || kept.some((word) => word.kind === "model" && word.digit); /* search_is_telling() */
    for (const prefix of [false, true]) {
      const graded = [];
      const question = prepareQuestion(prefix ? kept.slice(0, -1) : kept);
      for (const row of candidates(kept, prefix)) {
        const rank = grade(question, row, wantsMobile);
        if (rank) graded.push({ row, rank });
      }
      graded.sort((a, b) => compareNumbers(a.rank.first, b.rank.first) || compareChips(a.row, b.row) || compareNumbers(a.rank.then, b.rank.then));
      if (graded.length && (isTelling || graded[0].rank.first[0] < 2)) {
        const seen = new Set();
        return graded.filter(({ row }) => !seen.has(row.number) && seen.add(row.number)).map(({ row }) => row);
      }
    }
    /* "Nitro 5 GTX 1650": what stands before a line and its number is left out. */
    for (const { 0: word, index: at } of [...text.matchAll(/[a-z]+/gi)].reverse()) {
      if (!at || index.known.get(word.toLowerCase()) !== "line" || !/^[^a-z0-9]*[a-z]?[0-9]{3}/i.test(text.slice(at + word.length))) continue;
      const rows = searchNames(text.slice(at) + (wantsMobile ? " laptop" : ""));
      leftOut.unshift(text.slice(0, at).trim());
      return rows;
    }
    return [];
  }

  /* ---- what was typed ---- */

  function findSymptoms(text) {
    const lower = text.toLowerCase();
    const name = lower.replace(/[^a-z0-9]+/g, "-");
    const found = new Map();
    for (const one of index.patterns) {
      const isLine = text.length > 5 && one.words.some((word) => lower.includes(word)) && one.pattern.test(text);
      if (isLine || (name.length > 3 && `-${one.id}-`.includes(`-${name}-`))) found.set(one.id, one);
    }
    return [...found.values()].map(({ id, harmless }) => ({ symptom: id, harmless }));
  }

  function findIds(text) {
    const hits = [];
    for (const [, vendor, device] of text.matchAll(/(?:^|[^0-9a-f])(?:0x)?([0-9a-f]{4})(?:[:\- ]|&dev_)(?:0x)?([0-9a-f]{4})(?::[0-9a-f]{4}:[0-9a-f]{4})?(?![0-9a-f:])/gi)) {
      const slug = `${vendor}-${device}`.toLowerCase();
      const number = index.gpus.findIndex((gpu) => gpu[0] === slug);
      if (number >= 0) hits.push({ number, product: slug.replace("-", ":"), form: "" });
    }
    return hits;
  }

  function find(text) {
    leftOut = [];
    const hits = [...findSymptoms(text), ...findIds(text)];
    return hits.length ? hits : searchNames(text);
  }

  /* ---- the list ---- */

  function show(hits, text) {
    list.replaceChildren();
    chosen = -1;
    for (const hit of hits.slice(0, most)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const rest = document.createElement("small");
      item.role = "option";
      item.id = `hit-${list.children.length}`;
      link.tabIndex = -1;
      if (hit.symptom) {
        link.href = `${root}symptom/${hit.symptom}/`;
        link.textContent = hit.symptom;
        rest.textContent = hit.harmless ? " harmless" : "";
      } else {
        const [slug, , level, percent] = index.gpus[hit.number];
        link.href = `${root}gpu/${slug}/`;
        link.textContent = hit.product;
        rest.textContent = ` ${[slug.replace("-", ":"), hit.form, percent ? `${level} ${percent} %` : level].filter(Boolean).join(", ")}`;
      }
      link.append(rest);
      item.append(link);
      list.append(item);
    }
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(!!hits.length));
    input.removeAttribute("aria-activedescendant");
    said.textContent = !text ? "" : !hits.length ? "Nothing found. Try fewer words, or the PCI ID; of a GPU that is newer than this site, passthru query may know more." : leftOut.length ? `Found without: ${leftOut.join(", ")}` : `${hits.length} found`;
    said.className = text && (!hits.length || leftOut.length) ? "" : "unseen";
  }

  function choose(number) {
    const items = list.children;
    if (!items.length) return;
    if (items[chosen]) items[chosen].removeAttribute("aria-selected");
    chosen = (number + items.length) % items.length;
    items[chosen].setAttribute("aria-selected", "true");
    items[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[chosen].id);
  }

  async function search() {
    loading ||= fetch(`${root}search.json`).then((answer) => answer.json()).then(prepare);
    try {
      await loading;
    } catch {
      loading = null;
      said.className = "";
      said.textContent = "The list of names did not come: try again.";
      return;
    }
    const text = input.value.trim();
    show(text.length > 1 ? find(text) : [], text.length > 1 ? text : "");
  }

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
      event.preventDefault();
    } else if (event.key === "Escape") {
      show([], "");
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await search();
    const item = list.children[Math.max(chosen, 0)];
    if (item) location.href = item.firstChild.href;
  });
  form.hidden = false;
})();
