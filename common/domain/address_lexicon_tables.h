#ifndef ONECASE_DOMAIN_ADDRESS_LEXICON_TABLES_H
#define ONECASE_DOMAIN_ADDRESS_LEXICON_TABLES_H

#include "domain/address_lexicon.h"

/* The tables address_lexicon.c looks into. */
extern const Lexeme ADDRESS_SITE_WORDS[];
extern const size_t ADDRESS_SITE_WORDS_SIZE;
extern const Lexeme ADDRESS_MARK_WORDS[];
extern const size_t ADDRESS_MARK_WORDS_SIZE;
extern const Lexeme ADDRESS_LEAD_WORDS[];
extern const size_t ADDRESS_LEAD_WORDS_SIZE;
extern const Lexeme ADDRESS_ROLE_WORDS[];
extern const size_t ADDRESS_ROLE_WORDS_SIZE;
extern const Lexeme ADDRESS_OTHER_WORDS[];
extern const size_t ADDRESS_OTHER_WORDS_SIZE;

#endif
