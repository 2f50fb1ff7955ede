export { graphqlHandler, type GraphqlHandlerDeps } from './graphql-handler.ts'
