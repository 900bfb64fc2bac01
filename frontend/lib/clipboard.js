// Copying text, with an answer to say aloud.

/** @param {string} text @returns {Promise<string>} what happened, in words */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return `Copied ${text}`;
  } catch {
    // refused, or not a secure context
    return `Your browser did not allow copying. The text is ${text}`;
  }
}
