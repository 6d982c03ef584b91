/** How catalyst names itself to servers; a contract test compares the version with package.json, which takes a file to read. */
export const userAgent = 'catalyst/0.1.0';
