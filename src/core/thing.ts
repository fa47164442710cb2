/** What kinds of things a host has. `tree` is a path with everything below it, `space` free space. */
type ThingKind =
  | 'path'
  | 'tree'
  | 'user'
  | 'group'
  | 'uid'
  | 'gid'
  | 'package'
  | 'program'
  | 'unit'
  | 'server'
  | 'database'
  | 'space'

/** Something that a resource may need and a change may make: `user:app`, `path:/srv/app`. */
export type Thing = `${ThingKind}:${string}`

/** What a change can bring: it makes, changes or removes these things. */
export type Brings = readonly Thing[] | 'anything'

/**
 * What is lacking: all of these things; of things in a list of their own, any one will do.
 * `undefined` where that is not known.
 */
export type Lacks = readonly (Thing | readonly Thing[])[] | undefined
