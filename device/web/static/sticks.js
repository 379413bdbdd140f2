/** USB sticks: which packs they bring, and the install that runs; hidden while there is none. */

const byId = (id) => document.getElementById(id);

const QUESTIONS = {
  new: "not on the card yet",
  other: "another version is on the card",
  same: "is on the card",
};
const MARKS = { new: "", other: "\u25aa ", same: "\u2713 " };

function size(bytes) {
  const mb = bytes / 1e6;
  if (mb >= 1000) return `${(mb / 1000).toFixed(1)} GB`;
  return `${mb.toFixed(mb >= 10 ? 0 : 1)} MB`;
}

function time(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function runningText(install) {
  const left = install.left_s === null ? "" : `, ${time(install.left_s)} left`;
  return `${install.name}: ${Math.round(install.part * 100)} %${left}`;
}

function text({ install, offers, sticks, trouble }, offer) {
  if (install?.phase === "running") return runningText(install);
  if (install?.phase === "failed") return `${install.name}: ${install.text}`;
  if (install?.phase === "done") return `${install.name} is installed`;
  if (offer) return `${size(offer.size_bytes)}, ${QUESTIONS[offer.standing]}`;
  return offers.length || !sticks ? "" : trouble || "no sound pack on it";
}

export function connectSticks(connection) {
  const select = byId("offers");
  const button = byId("install");
  let usb = { sticks: 0, offers: [], install: null, trouble: "" };
  let chosen = 0; // here: the instrument's own page has its own

  function show() {
    const isRunning = usb.install?.phase === "running";
    const offer = usb.offers[chosen];
    byId("usb").hidden = !usb.sticks && !usb.install;
    byId("usb-text").textContent = text(usb, offer);
    byId("usb-text").classList.toggle("bad", usb.install?.phase === "failed");
    byId("usb-bar").style.setProperty("--part", isRunning ? usb.install.part : 0);
    byId("usb-bar").hidden = !isRunning;
    select.hidden = !usb.offers.length;
    button.textContent = isRunning ? "Stop" : offer?.standing === "other" ? "Replace" : "Install";
    button.disabled = !isRunning && (!offer || offer.standing === "same");
  }

  connection.on("usb", (news) => {
    const path = usb.offers[chosen]?.path;
    usb = news;
    const again = usb.offers.findIndex((offer) => offer.path === path);
    chosen = again >= 0 ? again : usb.chosen;
    select.replaceChildren(
      ...usb.offers.map(({ name, standing }) => new Option(MARKS[standing] + name)),
    );
    select.selectedIndex = chosen;
    show();
  });
  select.addEventListener("change", () => {
    chosen = select.selectedIndex;
    usb = { ...usb, install: usb.install?.phase === "running" ? usb.install : null };
    select.blur(); // so that the letters play again
    show();
  });
  button.addEventListener("click", () => {
    if (usb.install?.phase === "running") connection.send("install_stop");
    else connection.send("install", { index: chosen });
  });
}
