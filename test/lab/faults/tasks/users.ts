import { command, file, play, task, z } from 'fettle'

const Vars = z.object({ text: z.string() })

/** A play of root's in which everything acts as another user. */
const deploy = task<z.output<typeof Vars>>('As deploy', ({ vars }) => {
  const note = file('/home/deploy/note', { content: vars.text, become: 'deploy' })
  const tell = command('cat note >>told', {
    name: 'tell',
    cwd: '/home/deploy',
    become: 'deploy',
    onChangeOf: [note],
  })
  return [note, tell, command('echo', { name: 'never', unless: 'true', become: 'deploy' })]
})

export default play({ name: 'Users', hosts: 'all', become: true, vars: Vars, tasks: [deploy] })
