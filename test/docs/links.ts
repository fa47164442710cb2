import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A page's chapters, by their headings. */
export const chapters = (page: string): ReadonlyMap<string, string> =>
  new Map(page.split(/^#+ /m).map((chapter) => [chapter.split('\n')[0] ?? '', chapter]))

/** GitHub's anchor for a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const hasHeading = (file: string, place: string): boolean =>
  [...chapters(readFileSync(file, 'utf8')).keys()].some((heading) => anchor(heading) === place)

/**
 * The links of a page whose target is no file below `root`, or no heading of it. Links to other
 * sites are not checked.
 * @param path the page, relative to `root`
 * @param from the folder that its links are relative to, if it is not the page's own
 */
export function brokenLinks(root: string, path: string, from = dirname(path)): readonly string[] {
  const page = readFileSync(join(root, path), 'utf8')
  const links = page.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)
  return [...links].flatMap(([link, to = '', place]) => {
    const target = join(root, to === '' ? path : join(from, to))
    const leads = existsSync(target) && (place === undefined || hasHeading(target, place))
    return leads ? [] : [link]
  })
}
