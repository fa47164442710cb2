import { expect, test } from '@jest/globals'
import { sh } from '../../../src/core/sh.js'
import { spareTracked, spareUntracked } from '../../../src/resources/git/spare.js'

const explained = (reason: string, remedy: string): string =>
  `printf 'fettle: %s\\nfettle, remedy: %s\\n' '${reason}' '${remedy}' >&2`

const inTheWay = 'untracked files stand where the commit has files, and would be overwritten'

test.each<[string, readonly string[] | null, string, string]>([
  [
    'are an error where they are not removed',
    null,
    'fettle_in_the_way HEAD bbb',
    'move them away, or give clean, which removes what git does not track, or force, which overwrites what is in the way',
  ],
  [
    'are removed as clean says; what it keeps is an error',
    ['-d', '--exclude=.env'],
    'fettle_in_the_way HEAD bbb && fettle_clear_the_way -d --exclude=.env && fettle_in_the_way HEAD bbb',
    'move them away, or give force, which overwrites them: clean leaves them',
  ],
])('untracked files in the way %s', (_, clean, condition, remedy) => {
  const { body } = spareUntracked(sh`HEAD`, sh`bbb`, clean)
  const [, check] = body.split('\nif ')
  expect(check).toBe(`${condition}; then
  ${explained(inTheWay, remedy)}
  fettle_show_the_way; exit 1
fi >&2`)
})

test('the programs that find untracked files travel as words, with what they call', () => {
  const { body } = spareUntracked(sh`HEAD`, sh`bbb`, null)
  for (const name of ['untracked', 'occupied'])
    expect(body).toMatch(
      new RegExp(
        `${name}_script='[^']*fettle_list_${name}\\(\\) \\{[^']*\nfettle_list_${name} "\\$@"'`,
      ),
    )
})

test('changed tracked files are an error that names the first 20', () => {
  expect(spareTracked.body).toBe(`fettle_find_changes
if [ -n "$found_changes" ]; then
  ${explained(
    'tracked files have changes of their own, which would be overwritten',
    'commit and push them, or give clean or force, which discard them',
  )}
  printf '%s\\n' "$found_changes" | head -n 20; exit 1
fi >&2`)
})
