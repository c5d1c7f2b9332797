{-# LANGUAGE LambdaCase #-}
{-# LANGUAGE TypeFamilies #-}
-- | Queries over tables of rows.
module Data.Table.Query
  ( Query (..)
  , (<.>)
  , run
  ) where

import qualified Data.Map.Strict as Map
import Data.Text (Text)

-- | What to ask.
data Query a
  = Query { columns :: [Text], rows :: [a] }  -- ^ rows to choose from
  | Nothing'
  -- ^ no rows at all
  deriving (Eq, Show)

-- | A name of a column.
newtype Column = Column { unColumn :: Text }
  deriving newtype (Eq, Ord)

type Row = Map.Map Text Text

-- | Things with a key.
class Ord (Key a) => Keyed a where
  type Key a
  -- | The key of a thing.
  key :: a -> Key a

  keys :: [a] -> [Key a]
  keys = map key
  {-# MINIMAL key #-}

-- | Counts rows.
count
  :: Query a  -- ^ the query
  -> Int      -- ^ never negative
count = length . rows
{-# INLINE count #-}

-- Several equations are one function.
run :: Keyed a => (a -> Bool) -> Query a -> [a]
run _ Nothing' = []
-- the usual case
run keep (Query _ found)
  | null found = []
  | otherwise = go found
  where
    go :: [a] -> [a]
    go [] = []
    go (x : xs)
      | keep x = x : go xs
      | otherwise = go xs

infixr 6 <.>

-- | Joins two queries.
(<.>) :: Query a -> Query a -> Query a
Nothing' <.> other = other
Query names left <.> Query _ right = Query names (left ++ right)
one <.> Nothing' = one

x `orElse` y = if count x == 0 then y else x

lookup', lookupLast :: Text -> Row -> Maybe Text
lookup' = Map.lookup
lookupLast name = fmap Text.strip . Map.lookup name

instance Semigroup (Query a) where
  (<>) = (<.>)

instance (Ord k, Keyed v) => Keyed (Map.Map k v) where
  type Key (Map.Map k v) = k
  key table = case Map.lookupMin table of
    Just (k, _) -> k
    Nothing -> emptyTable
    where
      emptyTable = error "empty"

instance Keyed [a] where key = const ()

instance Show Column where
  showsPrec _ (Column name) = showString "column " . shows name
  show column = showsPrec 0 column ""

-- | The rows of a source.
type family Rows source where
  Rows FilePath = IO [Row]
  Rows [a] = [a]

data Expr a where
  Literal :: Int -> Expr Int
  Equal :: Expr Int -> Expr Int -> Expr Bool

eval :: Expr a -> a
eval = \case
  Literal n -> n
  Equal a b -> eval a == eval b

pattern Empty :: Query a
pattern Empty = Nothing'

foreign import ccall "math.h sin" c_sin :: Double -> Double

limits :: (Int, Int)
limits@(lowest, _) = (0, 100)

main :: IO ()
main = do
  let table = Query [] [1, 2]
      double n = n * 2
  print $ count table
  mapM_ (print . double) (rows table)
