// Output of hosts may contain escape sequences that retitle the window, write to the clipboard or
// hide lines.

const sequences =
  /\u001b\][^\n\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[PX^_][^\n\u001b\u009c]*(?:\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g
const controls =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Removes escape sequences and control characters; line breaks and tabs stay. */
export const stripped = (text: string): string => text.replace(sequences, '').replace(controls, '')

/** Makes control characters visible, for diffs, in which they may be the difference. */
export const escaped = (text: string): string =>
  text.replace(controls, (character) =>
    character === '\r' ? '\\r' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Stripped text on one line. */
export const oneLine = (text: string): string => stripped(text).replace(/\s+/g, ' ').trim()
