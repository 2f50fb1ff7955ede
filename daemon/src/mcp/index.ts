export { createMcpServer, type McpServerDeps } from './mcp-server.ts'
export { mcpHandler, type McpHandlerDeps } from './mcp-handler.ts'
export { serveMcp } from './serve-mcp.ts'
