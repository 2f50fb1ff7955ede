export { nearest } from '@spacedrive/core/nearest'
