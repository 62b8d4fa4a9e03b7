// The reader shows its makers' mark and asks them for it. Nothing is asked of anybody else: our own stands there, from here.
const image = HTMLImageElement.prototype;
const { get, set } = Object.getOwnPropertyDescriptor(image, "src");
const fromHere = (address) => (String(address).startsWith("https:") ? "/docs/assets/icon.svg" : address);
Object.defineProperty(image, "src", {
  get,
  set(address) { set.call(this, fromHere(address)); },
});
image.setAttribute = function (name, value) {
  Element.prototype.setAttribute.call(this, name, name === "src" ? fromHere(value) : value);
};

// The reader shows all that it is given at once. All calls of the suite would take it half a minute: it is given one part.
const nonce = document.currentScript.nonce;
const operationsOf = (path) => Object.values(path);
const tagsOf = (whole) => [...new Set(Object.values(whole.paths).flatMap(operationsOf).flatMap((call) => call.tags))];

function only(whole, tag) {
  const ofTag = (path) => Object.fromEntries(Object.entries(path).filter(([, call]) => call.tags.includes(tag)));
  const paths = Object.entries(whole.paths).map(([at, path]) => [at, ofTag(path)]);
  return {
    ...whole,
    paths: Object.fromEntries(paths.filter(([, path]) => operationsOf(path).length > 0)),
    tags: (whole.tags ?? []).filter((each) => each.name === tag),
  };
}

function link(tag, shown) {
  const found = document.createElement("a");
  found.href = `/docs/reference?of=${encodeURIComponent(tag)}`;
  found.textContent = tag;
  if (tag === shown) found.setAttribute("aria-current", "page");
  return found;
}

async function show() {
  const whole = await (await fetch("/openapi.json")).json();
  const tags = tagsOf(whole);
  const asked = new URLSearchParams(location.search).get("of");
  const shown = tags.includes(asked) ? asked : (tags.find((tag) => tag !== "health") ?? tags[0]);
  document.getElementById("parts").append(...tags.map((tag) => link(tag, shown)));
  // The reader makes its styles as it goes; the page's nonce is what lets them in.
  Redoc.init(
    only(whole, shown),
    {
      nonce,
      generatedPayloadSamplesMaxDepth: 4,
      hideDownloadButton: true,
      nativeScrollbars: true,
      requiredPropsFirst: true,
      sortTagsAlphabetically: false,
    },
    document.getElementById("reference"),
  );
}

show();
