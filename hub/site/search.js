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
    const tokens = [...text.slice(0, 1000).toLowerCase().matchAll(/[0-9]+|[a-z]+/g)].slice(0, 64);
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
          word = { text: phrase.join(""), kind, glued };
          used = n;
        }
      }
      if (!used && /^[0-9]{1,4}$/.test(tokens[at][0]) && at + 1 < tokens.length) {
        const unit = tokens[at + 1][0];
        const near = tokens[at].index + tokens[at][0].length === tokens[at + 1].index;
        if (/^(mb|gb|gib)$/.test(unit) || (unit === "g" && near && tokens[at][0].length < 3)) {
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
    data.rows = data.names.map(([product, number, form, name, ofProcessor], order) => {
      const chip = name && name.includes("|") ? name.split("|")[1] : data.gpus[number][1].toLowerCase();
      const words = name && name[0] === "|" ? [] : parse(ofProcessor ? name : product);
      const row = { product, number, form, ofProcessor, order, words, chip: chip.match(/[a-z0-9]+/g) || [] };
      for (const text of [...words.map((word) => word.text), ...row.chip]) {
        if (!data.places.has(text)) data.places.set(text, []);
        const rows = data.places.get(text);
        if (rows[rows.length - 1] !== row) rows.push(row);
      }
      return row;
    });
    data.patterns = data.symptoms.flatMap(([id, words, pattern]) => {
      try {
        return [{ id, words: words.toLowerCase().split("|"), pattern: new RegExp(pattern, "i") }];
      } catch {
        return []; /* PCRE2 knows more than this browser */
      }
    });
  }

  const isCard = (form) => form === "desktop" || form === "server" || form === "either";
  const times = (words, text) => words.reduce((sum, word) => sum + (word.text === text), 0);
  const has = (words, text) => words.some((word) => word.text === text);

  /* Numbers to sort by, the first that differs decides; null: it is no answer. */
  function grade(asked, row, wantsMobile) {
    let missing = 0;
    let usesProduct = false;
    let usesChip = false;
    let wholeChip = row.chip.length > 0 && has(asked, row.chip[0]);
    for (let i = 0; i < asked.length; i++) {
      const word = asked[i];
      let last = i;
      let piece = word.text;
      while (!word.glued && last + 1 < asked.length && asked[last + 1].glued) piece += asked[++last].text;
      if (last > i && row.chip.includes(piece)) {
        wholeChip = true;
        i = last;
        continue;
      }
      if (times(asked.slice(0, i + 1), word.text) <= times(row.words, word.text)) {
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
      }
      const before = asked[i - 1];
      if (word.glued && word.kind === "model" && before && before.kind === "model" && has(row.words, before.text) &&
          has(row.words, word.text) && !row.words.some((other, k) => k && other.text === word.text && row.words[k - 1].text === before.text))
        return null;
    }
    const models = row.words.filter((word) => word.kind === "model");
    const counted = models.length ? models : row.words;
    let extra = counted.filter((word) => times(row.words.slice(0, row.words.indexOf(word) + 1), word.text) > times(asked, word.text)).length;
    if (!usesProduct) extra = extra || !row.words.length ? 24 : 0;
    const memory = row.words.find((word) => word.kind === "memory");
    const wanted = asked.filter((word) => word.kind === "memory" && word.digit && !word.text.includes("ddr"));
    const size = !wanted.length ? 0 : memory && wanted.some((word) => word.text === memory.text) ? 0 : memory ? 2 : 1;
    const isMobileName = row.words.some((word) => word.kind === "mobile");
    const fits = wantsMobile ? !isCard(row.form) || row.form === "either" : !isMobileName || isCard(row.form);
    const tier = extra || size === 2 || (usesChip && !wholeChip) ? 2 : fits ? 0 : 1;
    const literal = tier === 0 && row.words.every((word) => (word.kind !== "brand" && word.kind !== "line") || has(asked, word.text));
    const noise = row.words.filter((word) => word.kind === "noise" && !has(asked, word.text)).length;
    return [tier, extra, row.ofProcessor ? 1 : 0, size, missing, fits ? (row.form === "mobile" ? 1 : 0) : 2, literal ? 0 : 1, 0, noise];
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
    for (const prefix of [false, true]) {
      const graded = [];
      for (const row of candidates(kept, prefix)) {
        const rank = grade(prefix ? kept.slice(0, -1) : kept, row, wantsMobile);
        if (rank) graded.push({ row, rank });
      }
      graded.sort((a, b) => {
        for (let i = 0; i < a.rank.length; i++) {
          if (i === 7 && a.row.order !== b.row.order && a.rank[8] === b.rank[8]) return a.row.order - b.row.order;
          if (a.rank[i] !== b.rank[i]) return a.rank[i] - b.rank[i];
        }
        return a.row.order - b.row.order;
      });
      if (graded.length) {
        const seen = new Set();
        return graded.filter(({ row }) => !seen.has(row.number) && seen.add(row.number)).map(({ row }) => row);
      }
    }
    return [];
  }

  /* ---- what was typed ---- */

  function find(text) {
    const hits = [];
    leftOut = [];
    for (const [, vendor, device] of text.matchAll(/(?:^|[^0-9a-f])(?:0x)?([0-9a-f]{4})[:\- ](?:0x)?([0-9a-f]{4})(?![0-9a-f:])/gi)) {
      const slug = `${vendor}-${device}`.toLowerCase();
      const number = index.gpus.findIndex((gpu) => gpu[0] === slug);
      if (number >= 0) hits.push({ number, product: slug.replace("-", ":"), form: "" });
    }
    if (hits.length) return hits;
    const lower = text.toLowerCase();
    const ids = new Set();
    if (text.length > 5)
      for (const { id, words, pattern } of index.patterns) if (words.some((word) => lower.includes(word)) && pattern.test(text)) ids.add(id);
    const name = lower.replace(/[^a-z0-9]+/g, "-");
    for (const { id } of index.patterns) if (name.length > 3 && `-${id}-`.includes(`-${name}-`)) ids.add(id);
    if (ids.size) return [...ids].map((id) => ({ symptom: id }));
    return searchNames(text);
  }

  /* ---- the list ---- */

  function show(hits, text) {
    list.replaceChildren();
    chosen = -1;
    for (const hit of hits.slice(0, most)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      item.role = "option";
      item.id = `hit-${list.children.length}`;
      link.tabIndex = -1;
      if (hit.symptom) {
        link.href = `${root}symptom/${hit.symptom}/`;
        link.textContent = hit.symptom;
      } else {
        const [slug, , level, percent] = index.gpus[hit.number];
        const rest = document.createElement("small");
        link.href = `${root}gpu/${slug}/`;
        link.textContent = hit.product;
        rest.textContent = ` ${[slug.replace("-", ":"), hit.form, percent ? `${level} ${percent} %` : level].filter(Boolean).join(", ")}`;
        link.append(rest);
      }
      item.append(link);
      list.append(item);
    }
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(!!hits.length));
    input.removeAttribute("aria-activedescendant");
    said.textContent = !text ? "" : !hits.length ? "Nothing is called so." : leftOut.length ? `Found without: ${leftOut.join(", ")}` : `${hits.length} found`;
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
