// The picker: two codes, typed or chosen in any order, lead to their comparison. Without this script it stays hidden.
for (const form of document.querySelectorAll("form.picker")) {
  const options = [...form.querySelectorAll("option")];
  const inputs = [...form.querySelectorAll("input")];
  const rank = (input) => options.findIndex((option) => option.value.toLowerCase() === input.value.trim().toLowerCase());
  for (const input of inputs) input.addEventListener("input", () => input.setCustomValidity(""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const unknown = inputs.find((input) => rank(input) < 0);
    if (unknown) {
      unknown.setCustomValidity(form.dataset.unknown);
      unknown.reportValidity();
      return;
    }
    // The options stand in canonical order, and so do the names in the address.
    const ranks = [...new Set(inputs.map(rank))].sort((a, b) => a - b);
    location.href = ranks.map((each) => options[each].dataset.slug).join("-vs-") + form.dataset.ending;
  });
  form.hidden = false;
}
