/**
 * What a command printed and the status that it ended with, from a section of a block's answer that
 * ends with `@status N`. What stands so in the command's own words comes before that line. Null
 * where the line is missing.
 */
export function answerOf(
  section: string,
): { readonly answer: string; readonly status: string } | null {
  const end = section.lastIndexOf('\n@status ') + 1
  const [, status] = /^@status (\d+)\n/.exec(section.slice(end)) ?? []
  return status === undefined ? null : { answer: section.slice(0, end), status }
}
