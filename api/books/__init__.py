"""The books as accountants know them: 科目余额表, 总账, 明细账, 日记账, 凭证, as tables that pages and files share."""
