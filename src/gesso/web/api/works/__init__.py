"""Operations on works: their records, their pictures, their files, the links to them."""
