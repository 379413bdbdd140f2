/** The way to the instrument: one WebSocket that comes back by itself. */

const RETRY_MS = [200, 400, 800, 1500, 3000];
const SILENCE_MS = 5000; // the server says at least once a second that it is there

export class Connection {
  /** Handlers by what came: "hello", "frame", "error", "state", or a section of the view. */
  #handlers = new Map();
  #socket = null;
  #tries = 0;
  #heard = 0;

  on(what, handle) {
    this.#handlers.set(what, [...(this.#handlers.get(what) ?? []), handle]);
  }

  open() {
    const url = new URL("socket", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.search = location.search;
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = (event) => this.#lost(socket, event.reason);
    this.#socket = socket;
    this.#heard = performance.now();
    clearInterval(this.watch);
    this.watch = setInterval(() => this.#listen(), 1000);
  }

  /** Sends a message; while there is no connection it is dropped. */
  send(type, fields = {}) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type, ...fields }));
    }
  }

  #take(data) {
    this.#heard = performance.now();
    if (data instanceof ArrayBuffer) {
      this.#tell("frame", new Uint8Array(data));
      return;
    }
    const { type, ...content } = JSON.parse(data);
    if (type === "view") {
      for (const [section, value] of Object.entries(content)) this.#tell(section, value);
    } else if (type === "hello") {
      this.#tries = 0;
      this.#tell("hello", content);
      this.#tell("state", { state: "open", text: content.port });
    } else {
      this.#tell(type, content);
    }
  }

  #tell(what, value) {
    for (const handle of this.#handlers.get(what) ?? []) handle(value);
  }

  #listen() {
    if (performance.now() - this.#heard > SILENCE_MS) {
      const socket = this.#socket;
      socket.close();
      this.#lost(socket, "the instrument is silent");
    }
  }

  #lost(socket, reason) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearInterval(this.watch);
    this.#tell("state", { state: "lost", text: reason || "no connection, trying again" });
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    setTimeout(() => this.#retry(), wait);
  }

  async #retry() {
    if (this.#tries > 2 && (await this.#isRefused())) {
      location.reload(); // shows the page that asks for the new token
      return;
    }
    this.open();
  }

  async #isRefused() {
    try {
      return (await fetch(location.href, { cache: "no-store" })).status === 403;
    } catch {
      return false;
    }
  }
}
