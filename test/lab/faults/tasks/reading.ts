import { command, file, play, secret, task, Secret, z } from 'fettle'

const Vars = z.object({ asks: z.number().default(0), pause: z.number().default(0) })

/**
 * Files that somebody else may have changed, one of them secret, and commands whose guard and body
 * take a given time.
 */
const reading = task<z.output<typeof Vars>>('Reading', ({ vars }) => [
  file('/home/deploy/known', { content: 'known\n', owner: 'deploy' }),
  file('/home/deploy/hidden', {
    content: secret`${new Secret('hidden-content')}\n`,
    owner: 'deploy',
  }),
  vars.pause > 0 && command(['sleep', String(vars.pause)], { name: 'pause' }),
  vars.asks > 0 && command('true', { name: 'asked', unless: ['sleep', String(vars.asks)] }),
])

export default play({ name: 'Reading', hosts: 'all', become: true, vars: Vars, tasks: [reading] })
