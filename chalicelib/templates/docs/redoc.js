// The search index of Redoc runs in a worker made from a blob, which our content policy refuses: it is switched off.
Redoc.init(
  "openapi.json",
  { disableSearch: true, showExtensions: true, untrustedSpec: false, nativeScrollbars: true },
  document.getElementById("viewer"),
);
