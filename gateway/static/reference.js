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
