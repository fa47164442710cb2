// Parts of a page in Markdown.

/** A text on one line. */
export const oneLine = (text) => text.replace(/\s+/g, ' ').trim()

const cell = (text) => oneLine(text).replaceAll('|', '\\|')
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`

export function table(head, rows) {
  const rule = head.map(() => '---')
  return [head, rule, ...rows].map(row).join('\n')
}

export const code = (text) => `\`\`\`ts\n${text}\n\`\`\``

/** A link to the chapter of a function. */
export const link = (name) => `[\`${name}\`](#${name.toLowerCase().replaceAll('.', '')})`

/** A whole page, with a note on what it was made from. */
export function page(title, madeFrom, parts) {
  const origin = `<!-- Made by \`npm run docs\` from ${madeFrom}: change it there. -->`
  return `${[origin, `# ${title}`, ...parts].join('\n\n')}\n`
}
