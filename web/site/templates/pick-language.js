// The reader's language: the one chosen with the switch, else the browser's first that we have.
const pickLanguage = () => {
  let kept;
  try {
    kept = localStorage.getItem("nn-embedding-language");
  } catch {
    // a browser that keeps nothing
  }
  const wanted = [kept ?? "", ...navigator.languages].find((name) => /^(en|zh)\b/i.test(name));
  return (wanted ?? "en").slice(0, 2).toLowerCase();
};
