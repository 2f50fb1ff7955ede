export { type Doctor, runDoctor, type UnexpectedFailure } from './doctor.ts'
