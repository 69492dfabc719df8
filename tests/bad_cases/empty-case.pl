% nothing but a comment
