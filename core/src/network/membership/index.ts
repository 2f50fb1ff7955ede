export { Membership, type AdoptedLibrary, type SharedFolder, type ShownMember } from './membership.ts'
export type { Invitation } from './invitations.ts'
