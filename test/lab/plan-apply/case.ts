import { isPlay, play, task, type Play } from '../../../src/core/play.js'
import { isResource, type Resource } from '../../../src/core/resource.js'

/** What a user describes for a host in some state, to compare a plan of it with its apply. */
export interface PlanApplyCase {
  /** What is hard about it. It is unique: the exceptions are listed by it. */
  readonly name: string
  /** Shell that prepares the host (`sh -eu`, as root). */
  readonly before?: string
  /** Resources, as one task of a play of root's; or plays. */
  readonly run: () => readonly (Resource | Play)[]
  /**
   * Shell that takes back what would disturb the cases after it (`sh -eu`, as root). Each has paths
   * and names of its own, so that most need none.
   */
  readonly after?: string
}

/** The plays of a case. */
export function playsOf(given: readonly (Resource | Play)[]): readonly Play[] {
  const plays = given.filter((each) => isPlay(each))
  const resources = given.filter((each) => isResource(each))
  return resources.length === 0 ? plays : [asRoot(...resources)]
}

/** A play of root's with one task. */
export const asRoot = (...resources: readonly Resource[]): Play => playAs(true, ...resources)

/** A play of a user's with one task. */
export const playAs = (become: true | string, ...resources: readonly Resource[]): Play =>
  play({ name: 'test', hosts: 'all', become, tasks: [task('test', () => resources)] })
