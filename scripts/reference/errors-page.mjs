// The page docs/errors.md.
import ts from 'typescript'
import { page, table } from './markdown.mjs'

const introduction =
  'Each error has a code that stays the same; scripts find it in the [JSON lines](events.md). Its message names the place and the values, and often a more exact remedy than the one here.'

/** The catalogue in its order; its comments are the headings. */
export function errorsPage(api) {
  const source = api.sourceFile('src/core/errors.ts')
  const chapters = []
  for (const property of catalogueIn(source).properties) {
    const title = headingOf(property, source)
    if (title !== undefined) chapters.push({ title, rows: [] })
    chapters.at(-1).rows.push(rowOf(property))
  }
  const parts = chapters.flatMap(({ title, rows }) => [
    `## ${title}`,
    table(['code', 'meaning', 'what to do'], rows),
  ])
  return page('Errors', 'src/core/errors.ts', [introduction, ...parts])
}

/** The object of the first constant: `{ … } as const satisfies …`. */
function catalogueIn({ statements }) {
  const [declared] = statements.find(ts.isVariableStatement).declarationList.declarations
  return declared.initializer.expression.expression
}

function headingOf({ pos }, { text }) {
  const [comment] = ts.getLeadingCommentRanges(text, pos) ?? []
  return comment && text.slice(comment.pos + '//'.length, comment.end).trim()
}

function rowOf({ name, initializer }) {
  const texts = initializer.properties.map((each) => each.initializer.text.replaceAll('`', '\\`'))
  return [`\`${name.text}\``, ...texts]
}
