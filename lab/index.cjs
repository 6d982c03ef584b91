// oclif looks for the package.json above what "." names, and dist/run has one of its own.
module.exports = require('./dist/run/index.js');
