import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import type { Secret } from '../../core/secret.js'
import { inputBytes, inputLength, lines, sh, shellFunctions } from '../../core/sh.js'
import changedKeysText from './changed-keys.sh.js'

/** A file, and the text that it should hold. */
export interface KeysQuestion {
  readonly path: string
  readonly wanted: string | Uint8Array | Secret
}

/** A key of a file whose line differs from the wanted one. */
export interface ChangedKey {
  /** Behind the name of its section and a dot: `client.password`. */
  readonly name: string
  readonly is: 'changed' | 'added' | 'removed'
}

/** Longer texts are not compared: the shell looks for each line in all others. */
const longest = 16 * 1024

const comment = /^[#;]/
const section = /^\[[A-Za-z_][\w.-]{0,63}\]$/
const pair = /^(?:export )?[A-Za-z_][\w.-]{0,63}[ \t]*(?:=|:(?:[ \t]|$))/

/** Whether a text has lines `KEY=value` or `KEY: value`, and no others but sections and comments. */
export function hasKeyLines(text: KeysQuestion['wanted']): boolean {
  if (inputLength(text) > longest) return false
  const all = inputBytes(text)
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '' && !comment.test(line) && !section.test(line))
  return all.length > 0 && all.every((line) => pair.test(line))
}

const told = /^(changed|added|removed) ([A-Za-z_][\w.-]{0,128})$/

function keyIn(line: string): ChangedKey | undefined {
  const [, is, name] = told.exec(line) ?? []
  if (name === undefined || (is !== 'changed' && is !== 'added' && is !== 'removed'))
    return undefined
  return { name, is }
}

/** What is said of each file; undefined where a part of it cannot be understood. */
function answersIn(stdout: string): readonly Fact<readonly ChangedKey[]>[] | undefined {
  const answers: Fact<readonly ChangedKey[]>[] = []
  let keys: Map<string, ChangedKey> | null = null
  const said = stdout.split('\n')
  if (said.pop() !== '') return undefined
  for (const line of said) {
    if (keys === null && line === 'other') answers.push(absent)
    else if (keys === null && line === 'keys') keys = new Map()
    else if (keys === null) return undefined
    else if (line === 'end') {
      answers.push(present([...keys.values()]))
      keys = null
    } else {
      const key = keyIn(line)
      if (key === undefined) return undefined
      // A key that is changed is named twice.
      if (!keys.has(key.name)) keys.set(key.name, key)
    }
  }
  return keys === null ? answers : undefined
}

/**
 * The keys by which a file of lines `KEY=value` differs from the text that it should hold. The host
 * compares, so that the present values stay there; the wanted ones travel as input. Absent where
 * either has other lines, or no key is in both.
 */
export const changedKeysFact = shellFact<KeysQuestion, readonly ChangedKey[]>({
  name: 'changed-keys',
  script: (questions) => ({
    script: lines([
      shellFunctions(changedKeysText),
      ...questions.map(
        ({ path, wanted }) => sh`fettle_changed_keys ${path} ${inputLength(wanted)} ${longest}`,
      ),
    ]),
    input: questions.map(({ wanted }) => wanted),
  }),
  parse({ code, stdout }, questions) {
    const answers = code === 0 ? answersIn(stdout.toString()) : undefined
    if (answers?.length === questions.length) return answers
    return questions.map(() =>
      unknown('keys of files could not be compared', 'see what head(1) says on the host'),
    )
  },
  recorded: {
    keys: [
      { path: '/srv/app/.env', wanted: 'DB_PASSWORD=b\nCACHE_URL=c\n' },
      { path: '/srv/app/none', wanted: 'A=b\n' },
    ],
    stdout:
      'keys\nchanged DB_PASSWORD\nadded CACHE_URL\nchanged DB_PASSWORD\nremoved OLD_TOKEN\nend\nother\n',
    facts: [
      present([
        { name: 'DB_PASSWORD', is: 'changed' },
        { name: 'CACHE_URL', is: 'added' },
        { name: 'OLD_TOKEN', is: 'removed' },
      ]),
      absent,
    ],
  },
})
