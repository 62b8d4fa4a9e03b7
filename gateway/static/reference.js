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

// The reader makes its styles as it goes; the page's nonce is what lets them in.
Redoc.init(
  "/openapi.json",
  {
    nonce: document.currentScript.nonce,
    generatedPayloadSamplesMaxDepth: 4,
    hideDownloadButton: true,
    nativeScrollbars: true,
    requiredPropsFirst: true,
    sortTagsAlphabetically: false,
  },
  document.getElementById("reference"),
);
