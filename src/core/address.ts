/** `type[id]`: which resource of a host. */
export type Address = string

export const address = (type: string, id: string): Address => `${type}[${id}]`
