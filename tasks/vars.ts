import { z } from 'fettle'

const name = z.string().regex(/^[a-z][a-z0-9-]{0,23}$/, 'must be lower case letters, digits and hyphens, at most 24')
const oneLine = z.string().regex(/^[^\r\n\0]+$/, 'must be one line')

/** GitHub's own host keys, as https://api.github.com/meta lists them. */
const githubHostKeys = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=',
]

/** What the inventory may say about an app. Only `app`, `repository` and `hook_url` have no default. */
export const AppVars = z.object({
  /** The app's name: its service, its database, and the folder under /srv. */
  app: name,
  /** The repository on GitHub: `owner/name`. */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name'),
  branch: z.string().regex(/^[\w./-]+$/).default('main'),
  /** Where the code is fetched from; git@github.com when left out. */
  git_url: oneLine.optional(),
  /** The name that git's host is known by, `[name]:port` for a port other than 22, and its keys. */
  git_host: oneLine.default('github.com'),
  git_host_keys: z.array(oneLine).min(1).default(githubHostKeys),
  /** Have Fettle add the deploy key and the webhook on GitHub, with GITHUB_TOKEN. `false`: nothing is asked of GitHub, and you add them by hand. */
  github: z.boolean().default(true),

  /** The account that gunicorn runs as. An existing one, such as your own, is used as it is. */
  app_user: name.optional(),
  app_group: name.optional(),
  /** What gunicorn serves: `module:object`. */
  wsgi: z.string().regex(/^[\w.]+:[\w.]+$/, 'must be module:object').default('app:app'),
  /** Where gunicorn listens: an address of this host and a port. */
  bind: z.string().regex(/^(localhost|[\d.]+):\d+$/, 'must be address:port').default('localhost:5000'),
  workers: z.number().int().positive().default(3),

  /** `generate` makes the database's password on the host; `env` takes DATABASE_PASSWORD from .env. */
  database_password: z.enum(['generate', 'env']).default('generate'),

  /** Python packages come from PyPI into a virtual environment. These three are for hosts that cannot reach it. */
  debian_packages: z.array(name).default([]),
  system_site_packages: z.boolean().default(false),
  find_links: oneLine.nullable().default(null),

  /** The public address of the hook, as GitHub calls it: `https://demo.example.org/hooks/demo`. */
  hook_url: z.url(),
  /** Where the hook's own server listens. Loopback needs a proxy in front of it. */
  hook_address: z.ipv4().default('127.0.0.1'),
  hook_port: z.number().int().min(1).max(65535).default(9000),
  /** Load the deploy key into an ssh-agent that lives for one deployment, instead of naming it to ssh. */
  ssh_agent: z.boolean().default(false),
})

export type AppVars = z.output<typeof AppVars>
