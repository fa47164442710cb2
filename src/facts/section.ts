/** What a command printed, and the status that it ended with. */
export interface Answer {
  readonly answer: string
  readonly status: string
}

/** What stands behind each line `@NAME` of a block's standard output. */
export const sectionsOf = (stdout: Buffer, name: string): readonly string[] =>
  stdout
    .toString()
    // For the flag `m` a line also begins behind U+2028, which may be in the name of a file.
    .split(new RegExp(`(?<![^\\n])@${name}\\n`))
    .slice(1)

/**
 * The answer in a section that ends with `@status N`. What stands so in the command's own words
 * comes before that line. Undefined where the line is missing.
 */
function answerOf(section: string): Answer | undefined {
  const end = section.lastIndexOf('\n@status ') + 1
  const [, status] = /^@status (\d+)\n/.exec(section.slice(end)) ?? []
  return status === undefined ? undefined : { answer: section.slice(0, end), status }
}

/** The answers of a block in which each command has a section of its own. */
export const answersOf = (stdout: Buffer, name: string): readonly (Answer | undefined)[] =>
  sectionsOf(stdout, name).map(answerOf)
