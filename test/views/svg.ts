import { width } from '../../src/views/terminal/columns.js'

/** The style of a letter, from `tmux capture-pane -e`. */
interface Look {
  readonly color: string
  readonly bold: boolean
  readonly dim: boolean
  readonly underlined: boolean
}

const paper = '#1c1f26'
const ink = '#d5d8df'
const colors: Readonly<Record<number, string>> = {
  31: '#f0716f',
  32: '#8fc76b',
  33: '#e2b55b',
  34: '#6fa8e8',
  35: '#c792e0',
  36: '#62c1cb',
  37: ink,
}
const plain: Look = { color: ink, bold: false, dim: false, underlined: false }
const letter = { width: 8.43, height: 18, size: 14 }

function changed(look: Look, code: number): Look {
  if (code === 0) return plain
  if (code === 1) return { ...look, bold: true }
  if (code === 2) return { ...look, dim: true }
  if (code === 4) return { ...look, underlined: true }
  if (code === 22) return { ...look, bold: false, dim: false }
  if (code === 24) return { ...look, underlined: false }
  if (code === 39) return { ...look, color: ink }
  // The background is never changed, only reset to its default.
  if (code === 49) return look
  const color = colors[code]
  if (color === undefined) throw new Error(`a colour that this view does not use: ${code}`)
  return { ...look, color }
}

const xml = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '')

/**
 * Draws text as text. Each run has a fixed column and width, whatever font the reader has; a wide
 * letter is a separate run.
 */
function runs(text: string, look: Look, column: number, y: number): string {
  let svg = ''
  let at = column
  for (const [part] of text.matchAll(/[ -~]+|[^ -~]\p{M}*/gu)) {
    const columns = width(part)
    if (part.trim() !== '' && columns > 0) {
      const x = (at + 1) * letter.width + (part.length - part.trimStart().length) * letter.width
      const style = `${look.bold ? ' font-weight="bold"' : ''}${look.dim ? ' opacity="0.6"' : ''}${look.underlined ? ' text-decoration="underline"' : ''}`
      const shown = part.trim()
      svg += `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${look.color}"${style} textLength="${(width(shown) * letter.width).toFixed(1)}">${xml(shown)}</text>\n`
    }
    at += columns
  }
  return svg
}

/** A captured screen as a picture, as high as its content. */
export function svg(capture: readonly string[], columns: number): string {
  const rows = capture.length
  let look = plain
  const lines = capture.map((line, row) => {
    let column = 0
    let drawn = ''
    for (const [, codes, text = ''] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
      if (codes !== undefined)
        look = codes.split(';').reduce((before, code) => changed(before, Number(code)), look)
      drawn += runs(text, look, column, (row + 1.25) * letter.height)
      column += width(text)
    }
    return drawn
  })
  const [w, h] = [
    ((columns + 2) * letter.width).toFixed(0),
    ((rows + 1) * letter.height).toFixed(0),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${letter.size}" xml:space="preserve">
<rect width="${w}" height="${h}" rx="6" fill="${paper}"/>
${lines.join('')}</svg>
`
}
