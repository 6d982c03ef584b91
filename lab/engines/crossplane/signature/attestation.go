package signature
