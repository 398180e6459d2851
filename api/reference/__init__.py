"""What programs are told about the JSON API: each operation in Chinese, with true examples and every refusal."""
