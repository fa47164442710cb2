import { fileURLToPath } from 'node:url'

/** Fettle's own code: what stands above it in a stack is the user's. */
export const ownCode = fileURLToPath(new URL('..', import.meta.url))
const frame = /^\s+at (?:async )?(?:[^/]*\()?(file:\/\/)?(\/.*?):(\d+)(?::\d+)?\)?$/

/**
 * Where one line of a stack is, as `file:line`; null within Fettle and V8. Columns are left out:
 * they are those of the compiled text.
 */
function placeOfFrame(line: string): string | null {
  const [, url, path = '', number = ''] = frame.exec(line) ?? []
  const file = url === undefined ? path : decodeURI(path)
  if (file === '' || file.startsWith(ownCode)) return null
  return `${file}:${number}`
}

const isInPackage = (place: string): boolean => place.includes('/node_modules/')

/** The lines of the user's own code in a stack, the innermost first, as `file:line`. */
export function userPlaces(stack = ''): readonly string[] {
  const places = stack.split('\n').flatMap((line) => placeOfFrame(line) ?? [])
  const theirs = places.filter((place) => !isInPackage(place))
  return theirs.length > 0 ? theirs : places
}

/** The line of the user's code at which something was thrown. */
export const placeOfError = (error: Error): string | null => userPlaces(error.stack)[0] ?? null

/**
 * The place in the project's code that called a function; null where JavaScript, Fettle or a
 * package called it.
 */
export function callerOf(called: (...parameters: never) => unknown): string | null {
  const here = new Error()
  Error.captureStackTrace(here, called)
  // jiti hands modules out behind a Proxy of its own.
  const frames = here.stack?.split('\n').slice(1)
  const line = frames?.find((each) => !each.includes('/node_modules/jiti/'))
  const place = placeOfFrame(line ?? '')
  if (place === null || isInPackage(place)) return null
  return place
}
