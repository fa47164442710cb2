import { fileURLToPath } from 'node:url'

/** The folder of Fettle's own code. Frames outside of it belong to the user or to packages. */
export const ownCode = fileURLToPath(new URL('..', import.meta.url))
const frame = /^\s+at (?:async )?(?:[^/]*\()?(file:\/\/)?(\/.*?):(\d+)(?::\d+)?\)?$/

/**
 * The place of one stack frame as `file:line`; null for frames of Fettle and V8. The column is left
 * out: it refers to the compiled text.
 */
function placeOfFrame(line: string): string | null {
  const [, url, path = '', number = ''] = frame.exec(line) ?? []
  const file = url === undefined ? path : decodeURI(path)
  if (file === '' || file.startsWith(ownCode)) return null
  return `${file}:${number}`
}

const isInPackage = (place: string): boolean => place.includes('/node_modules/')

/**
 * The frames of the user's own code in a stack, innermost first, as `file:line`. Without any, the
 * frames of packages.
 */
export function userPlaces(stack = ''): readonly string[] {
  const places = stack.split('\n').flatMap((line) => placeOfFrame(line) ?? [])
  const theirs = places.filter((place) => !isInPackage(place))
  return theirs.length > 0 ? theirs : places
}

/** The line of the user's code that threw an error. */
export const placeOfError = (error: Error): string | null => userPlaces(error.stack)[0] ?? null

/**
 * The place in the project's code that called a function; null where JavaScript, Fettle or a
 * package called it.
 */
export function callerOf(called: (...parameters: never) => unknown): string | null {
  const here = new Error()
  Error.captureStackTrace(here, called)
  // jiti returns modules behind a Proxy of its own.
  const frames = here.stack?.split('\n').slice(1)
  const line = frames?.find((each) => !each.includes('/node_modules/jiti/'))
  const place = placeOfFrame(line ?? '')
  if (place === null || isInPackage(place)) return null
  return place
}
