// Reads a policy's file into the form; without scripts it is pasted.
"use strict";

const upload = document.querySelector("[data-upload]");
upload.hidden = false;
upload.querySelector("input").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) document.getElementById("candidate").value = await file.text();
});
