// Tells a reader that what the page shows has changed since, and leaves it to them to have it shown.
// The server says that something may have changed; the page then looks at itself, and says so only if it reads otherwise.

const SOON = 2000; // milliseconds, at random up to so many: not all pages look at once
const FIRST_PAUSE = 10_000; // least time between two looks; doubled each time that nothing reads otherwise
const LONGEST_PAUSE = 300_000;
const AGAIN = 30_000; // after the stream was refused, rather than broken off; doubled as well
const GONE = new Set([404, 410]);
const MESSAGE = "This page has changed since you opened it.";
const UNSENT = "What you have written here has not been sent, and would be lost. Choose again to go on.";

/** Follow what `region` says the page shows. Called before anything on the page is changed by scripts. */
export function follow(region) {
  const page = new LivePage(region);
  document.addEventListener("visibilitychange", () => (document.hidden ? page.rest() : page.open()));
  window.addEventListener("pagehide", () => page.rest());
  window.addEventListener("pageshow", () => page.open());
  page.open();
}

/** What a reader would find otherwise: words, charts as they are read aloud, and what fields were filled with. */
function readOf(found) {
  const main = found.querySelector("main");
  const marks = main.querySelectorAll("[aria-label], input:not([type=hidden]), option[selected]");
  const said = [...marks].map((each) => [each.getAttribute("aria-label"), each.getAttribute("value"), each.hasAttribute("checked")].join());
  return [main.textContent, ...said].join("\n");
}

function isUnsent(field) {
  if (field.type === "hidden" || field.disabled) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  return "defaultValue" in field && field.value !== field.defaultValue;
}

class LivePage {
  #region;
  #read = readOf(document);
  #address;
  #source = null;
  #timer = null;
  #lookedAt = -Infinity;
  #isDue = false;
  #pause = FIRST_PAUSE;
  #again = AGAIN;
  #isDone = false;

  constructor(region) {
    this.#region = region;
    this.#address = new URL(region.dataset.stream, location.href);
  }

  open() {
    if (this.#isDone || this.#source || document.hidden) return;
    this.#source = new EventSource(this.#address);
    this.#source.onmessage = (event) => this.#learn(event);
    this.#source.onerror = () => this.#retry();
    if (this.#isDue) this.#lookSoon();
  }

  /** Hold nothing open: nobody looks. What happens meanwhile is asked for when somebody does. */
  rest() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#source?.close();
    this.#source = null;
  }

  /** A stream that breaks off is opened again by the browser; one that was refused is not. */
  #retry() {
    if (this.#source?.readyState !== EventSource.CLOSED) return;
    this.rest();
    this.#timer = setTimeout(() => this.open(), this.#again * (1 + Math.random()));
    this.#again *= 2;
  }

  #learn(event) {
    if (event.lastEventId) this.#address.searchParams.set("after", event.lastEventId);
    this.#again = AGAIN;
    this.#isDue = true;
    this.#lookSoon();
  }

  #lookSoon() {
    if (this.#timer) return;
    const wait = Math.max(0, this.#lookedAt + this.#pause - performance.now());
    this.#timer = setTimeout(() => this.#look(), wait + Math.random() * SOON);
  }

  async #look() {
    const found = await this.#readAnew();
    this.#timer = null;
    this.#lookedAt = performance.now();
    if (this.#isDone || document.hidden) return;
    if (found === null) return this.#lookSoon();
    this.#isDue = false;
    if (found !== this.#read) return this.#tell();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** What the page reads now; null where it cannot be had. */
  async #readAnew() {
    try {
      const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") return this.#end(); // the session has ended
      if (GONE.has(answer.status)) return "";
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isWhole = answer.ok && !(found.querySelector(".absences") && !document.querySelector(".absences"));
      return isWhole ? readOf(found) : null;
    } catch {
      return null;
    }
  }

  #end() {
    this.#isDone = true;
    this.rest();
    return null;
  }

  #tell() {
    this.#end();
    const status = this.#region.querySelector("[role=status]");
    const show = button("Show the newest", "govuk-button", () => {
      if (status.textContent === MESSAGE && [...document.querySelectorAll("main form :is(input, textarea)")].some(isUnsent)) {
        status.textContent = UNSENT;
      } else {
        location.reload();
      }
    });
    const hide = button("Hide", "govuk-button govuk-button--secondary", () => {
      this.#region.remove();
      const main = document.querySelector("main");
      main.tabIndex = -1; // so that who hid it by keyboard goes on from there
      main.focus({ preventScroll: true });
    });
    const group = document.createElement("div");
    group.className = "govuk-button-group";
    group.append(show, hide);
    this.#region.append(group);
    this.#region.dataset.told = "";
    status.textContent = MESSAGE;
  }
}

function button(words, look, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.textContent = words;
  made.addEventListener("click", press);
  return made;
}
