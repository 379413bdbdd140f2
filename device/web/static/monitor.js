/** What the instrument tells of itself: meters, faults, MIDI, lists of packs and channels. */

const byId = (id) => document.getElementById(id);

function meter(id, part, text, isBad = false) {
  const element = byId(id);
  element.style.setProperty("--part", Math.min(Math.max(part, 0), 1));
  element.classList.toggle("bad", isBad);
  element.querySelector("b").textContent = text;
}

function showStatus(status) {
  meter("load", status.load, `${Math.round(status.load * 100)} %`, status.load > 0.8);
  const db = status.peak > 0 ? 20 * Math.log10(status.peak) : -Infinity;
  meter("peak", 1 + db / 48, db > -60 ? `${db.toFixed(0)} dB` : "\u2212\u221e dB", status.peak >= 0.99);
  const most = status.max_voices || 1;
  meter("voices", status.voices / most, `${status.voices} / ${status.max_voices}`);
  const late = status.late_buffers === 1 ? "1 late buffer" : `${status.late_buffers} late buffers`;
  const ports = status.midi_ports.join(", ") || "no MIDI inputs";
  byId("facts").replaceChildren(
    line(late, status.late_buffers > 0),
    line(`${status.latency_ms} ms latency`),
    line(`${status.memory_free_mb} MB free`),
    line(ports),
    ...(status.playable ? [line(startText(status.playable))] : []),
  );
}

function startText(playable) {
  const seconds = (value) => `${value.toFixed(1)} s`;
  return `playable ${seconds(playable.after_kernel_s)} after the kernel started, `
    + `${seconds(playable.after_start_s)} after its own start`;
}

function line(text, isBad = false) {
  const element = document.createElement("span");
  element.textContent = text;
  element.classList.toggle("bad", isBad);
  return element;
}

function showFaults(faults) {
  byId("faults").replaceChildren(...faults.map(([part, text]) => {
    const item = document.createElement("li");
    const name = document.createElement("b");
    name.textContent = part;
    item.append(name, ` ${text}`);
    return item;
  }));
}

function showNotices(notices) {
  byId("notices").replaceChildren(...notices.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
}

function showMidi(lines) {
  byId("midi").replaceChildren(...lines.slice(-12).reverse().map(({ port, text, is_heard: isHeard }) => {
    const item = document.createElement("li");
    const where = document.createElement("small");
    where.textContent = port;
    item.append(`${text} `, where);
    item.classList.toggle("ignored", !isHeard);
    if (!isHeard) item.title = "not on the channel that is listened to";
    return item;
  }));
}

function chooser(id, send) {
  const select = byId(id);
  select.addEventListener("change", () => {
    send(select.selectedIndex);
    select.blur(); // so that the letters play again
  });
  return select;
}

export function connectMonitor(connection) {
  const pack = chooser("pack", (index) => connection.send("pack", { index }));
  const channel = chooser("channel", (index) => connection.send("channel", { channel: index }));
  const channels = ["all channels", ...Array.from({ length: 16 }, (_, index) => `channel ${index + 1}`)];
  channel.replaceChildren(...channels.map((name) => new Option(name)));
  let packIndex = 0;
  connection.on("packs", (packs) => {
    pack.replaceChildren(...packs.map((name) => new Option(name)));
    pack.selectedIndex = packIndex;
  });
  connection.on("chosen", (chosen) => {
    pack.selectedIndex = packIndex = chosen.pack_index;
    channel.selectedIndex = chosen.channel;
    byId("pack-name").textContent = chosen.pack || "no pack";
  });
  connection.on("status", showStatus);
  connection.on("faults", showFaults);
  connection.on("notices", showNotices);
  connection.on("midi", showMidi);
  connection.on("state", ({ state, text }) => {
    byId("connection").dataset.state = state;
    byId("connection").firstElementChild.textContent = text;
    document.body.classList.toggle("lost", state !== "open");
  });
  connection.on("error", ({ text }) => console.warn("refused:", text));
  byId("panic").addEventListener("click", () => connection.send("panic"));
  byId("play").addEventListener("click", () => connection.send("page", { forward: false }));
  byId("next-page").addEventListener("click", () => connection.send("page", { forward: true }));
}
