// Reads a configuration of Alloy from standard input as Alloy itself reads it, and says what is wrong with its syntax.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/parser"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		var file *ast.File
		if file, err = parser.ParseFile("config.alloy", text); err == nil {
			for _, statement := range file.Body {
				if block, ok := statement.(*ast.BlockStmt); ok {
					fmt.Println(block.GetBlockName(), block.Label)
				}
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
