// A sender that speaks the wire format of the Meta Pixel, written for these sites from a
// description of that format. The fake Meta serves it where the real library would be.
(() => {
  "use strict";
  const RECEIVER = "https://www.facebook.com";
  const LIBRARY = "https://connect.facebook.net";
  const LONGEST_GET = 2048;
  const DAY = 86_400_000;

  const state = {
    pixels: new Map(), // id -> {user, counter, features, ready, waiting}
    granted: true,
    held: [],
    longWay: "form",
    copies: true,
    begun: Date.now(),
    page: location.href,
    before: document.referrer,
  };

  // --- SHA-256, synchronous: an event at unload cannot wait for a promise ---
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
  const rounds = primes.map((p) => fraction(Math.cbrt(p)));
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  function sha256(text) {
    const data = new TextEncoder().encode(text);
    const padded = new Uint8Array(((data.length + 72) >> 6) << 6);
    padded.set(data);
    padded[data.length] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, data.length * 8);
    const sum = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
    const w = new Uint32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 64; i++) {
        if (i < 16) {
          w[i] = view.getUint32(at + i * 4);
          continue;
        }
        const [a, b] = [w[i - 15], w[i - 2]];
        const low = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
        const high = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
        w[i] = w[i - 16] + low + w[i - 7] + high;
      }
      let [a, b, c, d, e, f, g, h] = sum;
      for (let i = 0; i < 64; i++) {
        const pick = (e & f) ^ (~e & g);
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + pick + rounds[i] + w[i]) >>> 0;
        const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) >>> 0, c, b, a, (one + two) >>> 0];
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => (sum[i] = (sum[i] + word) >>> 0));
    }
    return sum.map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  const normal = {
    em: (text) => text.trim().toLowerCase(),
    ph: (text) => text.replace(/\D/g, "").replace(/^0+/, ""),
    fn: (text) => text.toLowerCase().replace(/[\s\p{P}]/gu, ""),
    ln: (text) => text.toLowerCase().replace(/[\s\p{P}]/gu, ""),
  };
  const plain = (key, text) => (normal[key] ?? ((other) => other.trim().toLowerCase()))(String(text));
  const hashed = (data) =>
    Object.fromEntries(Object.entries(data ?? {}).filter(([, v]) => v).map(([k, v]) => [k, sha256(plain(k, v))]));
  const masked = (text) => text.replace(/[A-Z]/g, "^").replace(/[a-z]/g, "*").replace(/[0-9]/g, "#");

  // --- cookies ---
  function cookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found?.slice(name.length + 1);
  }

  function keepCookies() {
    const widest = location.hostname.split(".").slice(-2).join(".");
    const keep = (name, value) =>
      (document.cookie = `${name}=${value}; domain=.${widest}; path=/; max-age=7776000; SameSite=Lax`);
    const number = () => Math.floor(Math.random() * 999_999_999);
    keep("_fbp", cookie("_fbp") ?? `fb.1.${Date.now()}.${number()}${number()}`);
    const click = new URLSearchParams(location.search).get("fbclid");
    if (click) keep("_fbc", `fb.1.${Date.now()}.${click.replaceAll(".", "__DOT__")}`);
  }

  // --- one event ---
  function pairsOf(id, pixel, name, data, extra) {
    const pairs = [["id", id], ["ev", name], ["dl", location.href], ["rl", state.before]];
    pairs.push(["if", String(window.top !== window)], ["ts", String(Date.now())]);
    const family = (word, values) => {
      for (const [key, value] of Object.entries(values ?? {})) {
        if (value === undefined || value === null) continue;
        pairs.push([`${word}[${key}]`, typeof value === "object" ? JSON.stringify(value) : String(value)]);
      }
    };
    family("cd", data);
    pairs.push(["sw", String(screen.width)], ["sh", String(screen.height)]);
    family("ud", pixel.user);
    family("udff", extra.harvested);
    family("cudff", extra.masked);
    pairs.push(["v", "1.0.0"], ["r", "stable"], ["ec", String(pixel.counter++)], ["o", "4126"]);
    if (cookie("_fbp")) pairs.push(["fbp", cookie("_fbp")]);
    if (cookie("_fbc")) pairs.push(["fbc", cookie("_fbc")]);
    pairs.push(["it", String(state.begun)], ["coo", "false"]);
    if (extra.eventID) pairs.push(["eid", extra.eventID]);
    if (extra.automatic) pairs.push(["es", "automatic"], ["tm", "3"]);
    if (name === "PageView") family("pmd", { title: document.title });
    return pairs;
  }

  const query = (pairs) => pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");

  function postForm(pairs) {
    const frame = document.createElement("iframe");
    const form = document.createElement("form");
    frame.name = form.target = "fb" + Math.random().toString().slice(2, 12);
    frame.hidden = form.hidden = true;
    Object.assign(form, { method: "post", action: RECEIVER + "/tr/", acceptCharset: "utf-8" });
    for (const [name, value] of pairs) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(frame, form);
    form.submit();
    frame.addEventListener("load", () => setTimeout(() => (form.remove(), frame.remove()), 500));
  }

  function beacon(pairs) {
    const form = new FormData();
    for (const [name, value] of pairs) form.append(name, value);
    navigator.sendBeacon(RECEIVER + "/tr/", form);
  }

  function send(id, name, data, extra) {
    const pixel = state.pixels.get(id);
    keepCookies();
    const pairs = pairsOf(id, pixel, name, data, extra);
    const carried = (way) => [...pairs, ["rqm", way]];
    const url = `${RECEIVER}/tr/?${query(carried("GET"))}`;
    if (extra.beacon) beacon(carried("SB"));
    else if (url.length < LONGEST_GET) new Image().src = url;
    else if (state.longWay === "beacon") beacon(carried("SB"));
    else postForm(carried("formPOST"));
    if (state.copies && !extra.beacon) {
      new Image().src = `${RECEIVER}/privacy_sandbox/pixel/register/trigger/?${query(carried("FGET"))}`;
    }
  }

  function fire(id, name, data, extra = {}) {
    const pixel = state.pixels.get(id);
    if (!pixel) return;
    if (!state.granted) state.held.push([id, name, data, extra]);
    else if (pixel.ready || extra.beacon) send(id, name, data, extra);
    else pixel.waiting.push([id, name, data, extra]);
  }

  // --- what a pixel's configuration switches on ---
  function configure(id, script) {
    const pixel = state.pixels.get(id);
    script(
      { set: (_id, key, value) => (pixel.settings[key] = value) },
      { optIn: (_id, feature) => pixel.features.add(feature), configLoaded: () => (pixel.ready = true) },
    );
    pixel.waiting.splice(0).forEach((one) => fire(...one));
    if (pixel.features.has("Topics")) registerTopics(id);
  }

  function registerTopics(id) {
    try {
      const last = Number(localStorage.getItem("topicsLastReferenceTime") ?? 0);
      if (Date.now() - last < DAY) return;
      localStorage.setItem("topicsLastReferenceTime", String(Date.now()));
    } catch {
      return; // a frame without storage
    }
    const where = `${RECEIVER}/privacy_sandbox/topics/registration/?id=${id}`;
    fetch(where, { mode: "no-cors", credentials: "include" }).catch(() => undefined);
  }

  function harvest(form, keys) {
    const found = {};
    for (const field of form?.querySelectorAll("input") ?? []) {
      if (field.type === "password" || /card|cvc|ssn|pass/i.test(field.name)) continue;
      const key = { email: "em", phone: "ph", firstname: "fn", lastname: "ln" }[field.name];
      if (key && keys.includes(key) && field.value) found[key] = field.value;
    }
    return found;
  }

  function clicked(button) {
    const form = button.form ?? button.closest("form");
    const data = {
      buttonFeatures: {
        classList: button.className,
        destination: form?.action ?? button.href ?? "",
        id: button.id,
        innerText: button.innerText,
        tag: button.tagName.toLowerCase(),
        type: button.type ?? "",
      },
      buttonText: button.innerText.slice(0, 120),
      formFeatures: [...(form?.querySelectorAll("input,select,textarea") ?? [])].map((field) => ({
        id: field.id,
        name: field.name,
        tag: field.tagName.toLowerCase(),
        inputType: field.type,
      })),
      pageFeatures: { title: document.title },
    };
    for (const [id, pixel] of state.pixels) {
      if (!pixel.features.has("InferredEvents")) continue;
      const keys = pixel.features.has("AutomaticMatching") ? pixel.settings.automaticMatching.selectedMatchKeys : [];
      const typed = harvest(form, keys);
      const hidden = Object.fromEntries(Object.entries(typed).map(([key, value]) => [key, masked(value)]));
      fire(id, "SubscribedButtonClick", data, { automatic: true, harvested: hashed(typed), masked: hidden });
    }
  }

  document.addEventListener(
    "click",
    (click) => {
      const button = click.target.closest?.("button, input[type=submit], a.button");
      if (button) clicked(button);
    },
    true,
  );

  for (const word of ["pushState", "replaceState"]) {
    const before = history[word].bind(history);
    history[word] = (...args) => {
      before(...args);
      if (location.href === state.page) return;
      [state.before, state.page] = [state.page, location.href];
      for (const id of state.pixels.keys()) fire(id, "PageView", {});
    };
  }

  // --- what a page may call ---
  const commands = {
    init(id, user) {
      const known = state.pixels.get(id);
      if (known) return void (known.user = hashed(user));
      const fresh = { user: hashed(user), counter: 0, features: new Set(), settings: {}, ready: false, waiting: [] };
      state.pixels.set(id, fresh);
      if (!state.granted) return;
      commands.load(id);
    },
    load(id) {
      const script = document.createElement("script");
      const about = `v=1.0.0&r=stable&domain=${location.hostname}&hme=${sha256("modules")}&ex_m=1%2C2%2C3`;
      script.src = `${LIBRARY}/signals/config/${id}?${about}`;
      document.head.append(script);
    },
    track(name, data, extra) {
      for (const id of state.pixels.keys()) fire(id, name, data, extra);
    },
    trackSingle: (id, name, data, extra) => fire(id, name, data, extra),
    trackCustom: (...args) => commands.track(...args),
    set: (key, value) => void (state[key] = value),
    consent(word) {
      state.granted = word === "grant";
      if (!state.granted) return;
      for (const [id, pixel] of state.pixels) if (!pixel.ready) commands.load(id);
      state.held.splice(0).forEach((one) => fire(...one));
    },
  };

  const queue = window.pixel?.queue ?? [];
  window.pixel = (word, ...args) => commands[word](...args);
  window.pixel.configure = configure;
  queue.forEach(([word, ...args]) => commands[word](...args));
})();
