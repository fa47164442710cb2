import enterThroughText from './enter-through.sh.js'
import enterText from './enter.sh.js'
import refuseText from './refuse.sh.js'
import { lines, sh, shellFunctions, type Sh } from './sh.js'

/** Directory and name of a path. */
export function split(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf('/')
  return { directory: path.slice(0, slash) || '/', name: path.slice(slash + 1) }
}

/** For shell files that call functions of `enter.sh` or use its `$entered_`. */
export const enterFunctions = lines([shellFunctions(refuseText), shellFunctions(enterText)])

/** Enters one directory below the present one, and never a link in its place. */
export const enterChild = (name: Sh): Sh => sh`${enterFunctions}fettle_enter_child ${name}`

/**
 * Goes into a directory and stays there, so that who may rename what is above cannot lead the
 * commands that follow elsewhere.
 */
export const enter = (directory: string): Sh => sh`${enterFunctions}fettle_enter ${directory}`

/**
 * Goes into the directory of a file that a link leads to, as `enter` does; it fails if the link
 * leads elsewhere by now.
 */
export const enterThrough = (link: string, file: string): Sh =>
  sh`${enterFunctions}${shellFunctions(enterThroughText)}fettle_enter_through ${link} ${file}`
